import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { noun, writingVerb } from '../cli/leaf.ts';
import { answer, record, showPlan } from '../cli/render.ts';

export function declareDemo(program: Command, cli: Cli): void {
  const demo = noun(program, 'demo', 'data to try things with');

  writingVerb(demo, 'seed', 'make the demo platform, policies, worker and keys; again changes nothing', [
    'demo seed --apply',
    'demo seed --apply --json',
  ])
    .option('--url <url>', 'where the API listens, for the call to paste', 'http://127.0.0.1:3000')
    .action(async ({ url, apply, json }: { url: string; apply?: boolean; json?: boolean }) => {
      const { DEMO } = await import('../../server/demo/demo-data.ts');
      if (apply !== true) return showPlan(cli, json, { ...DEMO }, 'Would make, where they are not there yet:');
      await cli.withServices(async (services) => {
        const { seedDemo } = await import('../../server/demo/seed-demo.ts');
        const { exampleCall, ...seeded } = await seedDemo(services);
        const call = exampleCall(url);
        answer(
          cli,
          json,
          { ...seeded, exampleCall: call },
          () => `${record({ ...seeded })}\n\nA first call to paste:\n\n${call}`,
        );
      });
    });
}
