import { readConfig } from '../../server/config.ts';
import { seedDemo } from '../../server/demo/seed-demo.ts';
import { openAll } from '../../server/run-program.ts';
import { foldedPremium } from '../shift-import/folded-premium.ts';
import { importPolicy } from '../shift-import/import-policy.ts';
import { importShifts } from '../shift-import/import-shifts.ts';
import { readMappingFile } from '../shift-import/mapping-file.ts';

/** Imports one file into a fresh database and prints the seconds it took and this process's peak memory. */
const [file = ''] = process.argv.slice(2);
const { services, close } = await openAll(readConfig(process.env), 'parasol-bench-import', () => undefined);
await seedDemo(services);
const policy = await importPolicy(services, 'pol_demo_backfill', undefined);
const mapping = await readMappingFile(new URL('../mappings/deliveries.yaml', import.meta.url).pathname);
const startedMs = performance.now();
const { summary } = await importShifts(services.intake, {
  file,
  mapping,
  policy,
  apply: true,
  now: services.clock.now(),
  premiumOf: (covers) => foldedPremium(services, policy, covers),
});
const seconds = (performance.now() - startedMs) / 1000;
process.stdout.write(
  `${JSON.stringify({ rows: summary.rows, accepted: summary.accepted, seconds, rssKb: process.resourceUsage().maxRSS })}\n`,
);
await close();
