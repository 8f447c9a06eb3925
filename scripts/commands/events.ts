import { Option, type Command } from 'commander';
import type { Instant } from '../../programs/calendar.ts';
import { EVENT_TYPES, type EventType } from '../../server/events/event-types.ts';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb } from '../cli/leaf.ts';
import { answer, table } from '../cli/render.ts';
import { countValue, instantValue } from '../cli/values.ts';

interface ListOptions {
  audience?: string;
  type?: EventType;
  about?: string;
  from?: Instant;
  to?: Instant;
  after?: string;
  oldest?: boolean;
  limit: number;
  json?: boolean;
}

export function declareEvents(program: Command, cli: Cli): void {
  const events = noun(program, 'events', 'the event log: everything that the outside is told');

  verb(events, 'list', 'events, the latest first', [
    'events list --audience platform:plt_example --type shift.clipped',
    'events list --oldest --after evt_01h... --json',
  ])
    .option('--audience <audience>', 'only told to platform:<id>, carrier:<id> or operators')
    .addOption(new Option('--type <type>', 'only of this type').choices(Object.keys(EVENT_TYPES)))
    .option('--about <id>', 'only about this (the aggregate)')
    .option('--from <instant>', 'published at this instant or later', instantValue)
    .option('--to <instant>', 'published before this instant', instantValue)
    .option('--after <evt_id>', 'only what follows this event, in the order asked for')
    .option('--oldest', 'along the log, the oldest first')
    .option('--limit <n>', 'at most so many', countValue, 100)
    .action(async ({ about, oldest, json, ...options }: ListOptions) =>
      cli.withServices(async (services) => {
        const { listEvents } = await import('../../server/events/list-events.ts');
        const { renderEvent } = await import('../../server/events/render-event.ts');
        const found = await listEvents(services, {
          ...options,
          actor: CLI_ACTOR,
          aggregateId: about,
          order: oldest === true ? 'asc' : 'desc',
        });
        const shown = found.slice(0, options.limit).map(renderEvent);
        answer(cli, json, shown, () =>
          table(
            shown.map(({ publishedAt, id, type, audience, aggregateId, sequence, data }) => ({
              publishedAt: publishedAt ?? undefined,
              id,
              type,
              audience,
              about: aggregateId,
              sequence,
              data: JSON.stringify(data),
            })),
          ),
        );
        if (found.length > options.limit) cli.note(`There are more: go on with --after ${shown.at(-1)?.id}.`);
      }),
    );
}
