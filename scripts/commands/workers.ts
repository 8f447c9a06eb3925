import type { Command } from 'commander';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb } from '../cli/leaf.ts';
import { answer, record } from '../cli/render.ts';

export function declareWorkers(program: Command, cli: Cli): void {
  const workers = noun(program, 'workers', 'people as platforms know them');

  verb(workers, 'show <id>', "a worker: our id (wrk_...), or the platform's own with --platform", [
    'workers show wrk_01h...',
    'workers show courier-7 --platform plt_example',
  ])
    .option('--platform <plt_id>', 'the platform whose own id is given')
    .action(async (id: string, { platform, json }: { platform?: string; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { findWorker } = await import('../../server/workers/find-worker.ts');
        const { workerIdOf } = await import('../../server/workers/worker-id.ts');
        const workerId = platform === undefined ? id : workerIdOf(platform, id);
        const worker = await findWorker(services, CLI_ACTOR, workerId);
        const { shiftEvents } = services.models;
        const [events, last] = await Promise.all([
          shiftEvents.countDocuments({ workerId }),
          shiftEvents.findOne({ workerId }, { time: 1, decision: 1 }).sort({ time: -1 }).lean(),
        ]);
        const shown = {
          workerId,
          platformId: worker.platformId,
          externalId: worker.externalId,
          birthOn: worker.birthOn,
          personId: worker.personId,
          personLink: worker.personLink,
          registeredAt: worker.registeredAt.toISOString(),
          registeredBy: worker.registeredBy,
          shiftEvents: events,
          lastEventAt: last?.time.toISOString(),
        };
        answer(
          cli,
          json,
          shown,
          () =>
            `${record(shown)}\n\nTheir covers: npm run cli -- covers explain --worker ${workerId} --on ${last?.decision.cover?.productDay ?? last?.time.toISOString().slice(0, 10) ?? '<day>'}`,
        );
      }),
    );
}
