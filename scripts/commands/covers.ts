import type { Command } from 'commander';
import type { Instant } from '../../programs/calendar.ts';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb } from '../cli/leaf.ts';
import { answer, record, table } from '../cli/render.ts';
import { dayValue, instantValue } from '../cli/values.ts';
import { explainAt } from './explain-at.ts';

interface ExplainOptions {
  worker: string;
  platform?: string;
  on?: string;
  from?: string;
  to?: string;
  at?: Instant;
  asKnownAt?: Instant;
  json?: boolean;
}

export function declareCovers(program: Command, cli: Cli): void {
  const covers = noun(program, 'covers', 'who is protected, when, and why');

  verb(covers, 'show <coverId>', 'a cover with its windows, charge, shifts and events', [
    'covers show 20260131.ab12...',
  ]).action(async (coverId: string, { json }: { json?: boolean }) =>
    cli.withServices(async (services) => {
      const { readCover } = await import('../../server/covers/read-cover.ts');
      const { renderCover } = await import('../../server/covers/render-cover.ts');
      const { formatMoney } = await import('../../programs/money.ts');
      const cover = renderCover(await readCover(services, { actor: CLI_ACTOR, coverId, purpose: 'support' }));
      answer(cli, json, cover, () =>
        [
          record({
            coverId: cover.coverId,
            workerId: cover.workerId,
            policy: `${cover.policyId}, revision ${cover.policyRevision}`,
            product: cover.product,
            productDay: `${cover.productDay} (${cover.timeZone})`,
            state: cover.state,
            charge: `${formatMoney(cover.charge)}${cover.charge.final ? '' : ' so far'}`,
          }),
          '',
          table(cover.windows.map(({ from, to }) => ({ protectedFrom: from, until: to }))),
          '',
          table(cover.shifts.map(({ shiftId, startedAt, endedAt, end }) => ({ shiftId, startedAt, endedAt, end }))),
        ].join('\n'),
      );
    }),
  );

  const explain = verb(covers, 'explain', 'why a worker was or was not covered, on days or at an instant', [
    'covers explain --worker courier-7 --platform plt_example --on 2026-01-31',
    'covers explain --worker wrk_01h... --from 2026-01-01 --to 2026-01-31',
    'covers explain --worker wrk_01h... --at 2026-01-31T08:00:00+08:00',
  ]);
  explain
    .requiredOption('--worker <id>', "our id (wrk_...), or the platform's own with --platform")
    .option('--platform <plt_id>', 'the platform whose own id is given')
    .option('--on <day>', 'one product day', dayValue)
    .option('--from <day>', 'first of several product days', dayValue)
    .option('--to <day>', 'last of them, inclusive', dayValue)
    .option('--at <instant>', 'an instant, with offset', instantValue)
    .option('--as-known-at <instant>', 'with --at: by what was received until then', instantValue)
    .action(async (options: ExplainOptions) => {
      const { on, from = on, to = on, at, platform, worker, json } = options;
      const range = from !== undefined && to !== undefined ? { from, to } : undefined;
      if ((range === undefined) === (at === undefined))
        explain.error('error: say when: --on, or --from and --to, or --at.');
      await cli.withServices(async (services) => {
        const { workerIdOf } = await import('../../server/workers/worker-id.ts');
        const workerId = platform === undefined ? worker : workerIdOf(platform, worker);
        if (range !== undefined) return await explainDays(cli, services, { workerId, ...range }, json);
        if (at === undefined) return;
        const { asKnownAt } = options;
        await explainAt(cli, services, { workerId, at, ...(asKnownAt === undefined ? {} : { asKnownAt }) }, json);
      });
    });
}

type Services = Parameters<Parameters<Cli['withServices']>[0]>[0];

async function explainDays(
  cli: Cli,
  services: Services,
  range: { readonly workerId: string; readonly from: string; readonly to: string },
  json: boolean | undefined,
): Promise<void> {
  const { explainCovers } = await import('../../server/covers/explain-covers.ts');
  const { formatInstant } = await import('../../programs/calendar.ts');
  const { localTime } = await import('../../server/covers/local-time.ts');
  const days = await explainCovers(services, { actor: CLI_ACTOR, ...range });
  const shown = days.map(({ productDay, timeZone, covered, covers, reasons, sentences, events }) => ({
    productDay,
    timeZone,
    covered,
    coverIds: covers.map(({ folded }) => folded.terms.coverId),
    reasons,
    sentences: sentences.map(({ en }) => en),
    events: events.map(({ eventId, type, shiftId, occurredAt, receivedAt, decision }) => ({
      eventId,
      type,
      shiftId,
      at: formatInstant(occurredAt),
      receivedAt: formatInstant(receivedAt),
      outcome: decision.outcome,
      reasons: decision.reasons,
    })),
  }));
  answer(cli, json, shown, () =>
    shown
      .map(({ sentences, events, timeZone }) =>
        [
          ...sentences,
          ...(events.length === 0
            ? []
            : [
                '',
                table(
                  events.map(({ at, type, shiftId, receivedAt, outcome, reasons }) => ({
                    [`at (${timeZone})`]: localTime(Date.parse(at), timeZone),
                    type,
                    shiftId,
                    received: localTime(Date.parse(receivedAt), timeZone),
                    outcome,
                    reasons: reasons.join(' '),
                  })),
                ),
              ]),
        ].join('\n'),
      )
      .join('\n\n'),
  );
}
