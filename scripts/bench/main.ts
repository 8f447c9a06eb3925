import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatInstant } from '../../programs/calendar.ts';
import { systemClock } from '../../server/clock.ts';
import { sentenceOf } from '../../server/run-program.ts';
import { startBenchServer } from './bench-world.ts';
import { fund } from './measure-fund.ts';
import { imports } from './measure-import.ts';
import { issuance } from './measure-issuance.ts';
import { middleware } from './measure-middleware.ts';
import { payout } from './measure-payout.ts';
import { scale } from './measure-scale.ts';
import { trialBalances } from './measure-trial-balance.ts';
import { digits, type Measured } from './pairs.ts';

const MEASURES = [middleware, issuance, imports, scale, fund, payout, trialBalances];
const NAMES = MEASURES.flatMap(({ names }) => names);
const GROUPS = MEASURES.map(({ names: [first, ...more] }) =>
  more.length > 0 ? `${first} (${more.join(', ')})` : first,
);
const PAIRS = 9;
const PAIRS_QUICK = 3;

const HELP = `npm run bench -- [name...] [--json] [--quick]

Measures Parasol against the raw driver beside it, on a real mongod of its own, in interleaved pairs; prints the median of
the pairs' ratios with the smallest and the largest. Without names: all of them. A name with others in brackets asks for
those too; each of the others asks for itself alone.

  ${GROUPS.join('\n  ')}

  --json    a line {"name","ours","rival","ratio","goal","met", ...} per measure
  --quick   small numbers, ${PAIRS_QUICK} pairs: shows that it runs, not how fast it is
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = positionals.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no measure ${unknown.join(', ')}; there are ${NAMES.join(', ')}.\n`);
    return 2;
  }
  const wanted = positionals.length > 0 ? withTheirOthers(positionals) : new Set(NAMES);
  const quick = values.quick ?? false;
  const server = await startBenchServer();
  try {
    const dataDir = path.join(server.scratch.path, 'data');
    mkdirSync(dataDir);
    const bench = {
      quick,
      pairs: quick ? PAIRS_QUICK : PAIRS,
      dataDir,
      uriOf: (name: string) => server.uriOf(name),
      now: () => formatInstant(systemClock.now()),
      log: (line: string) => void process.stderr.write(`${line}\n`),
    };
    for (const measure of MEASURES) {
      if (!measure.names.some((name) => wanted.has(name))) continue;
      for (const result of await measure.run(bench, wanted)) print(result, values.json ?? false);
    }
    return 0;
  } finally {
    await server.stop();
  }
}

/** The first name of a measure stands for all that it measures: who asks for `fund` wants its p99 and its four processes too. */
function withTheirOthers(asked: readonly string[]): Set<string> {
  return new Set(asked.flatMap((name) => MEASURES.find(({ names }) => names[0] === name)?.names ?? name));
}

function print(result: Measured, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const { name, unit, ours, rival, ratio, ratioMin, ratioMax, goal, met } = result;
  process.stdout.write(
    `${name.padEnd(16)} ${digits(ours)} against ${digits(rival)} ${unit}: ratio ${digits(ratio)} (${digits(ratioMin)} to ${digits(ratioMax)}), goal ${goal}: ${met ? 'met' : 'missed'}\n`,
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = 1;
}
