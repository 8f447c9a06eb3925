import { Option, type Command } from 'commander';
import type { Instant } from '../../programs/calendar.ts';
import { EVENT_TYPES, type EventType } from '../../server/events/event-types.ts';
import type { ResendInput, Resent } from '../../server/webhooks/resend-deliveries.ts';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { answer, record, showPlan, table } from '../cli/render.ts';
import { audienceValue, collect, countValue, instantValue, portValue, webhookSecretValue } from '../cli/values.ts';

interface WriteOptions {
  apply?: boolean;
  json?: boolean;
}

interface CreateOptions extends WriteOptions {
  audience: string;
  url: string;
  type?: EventType[];
  description?: string;
}

interface DeliveriesOptions {
  state?: 'waiting' | 'delivered' | 'dead' | 'cancelled';
  limit: number;
  json?: boolean;
}

interface ResendOptions extends WriteOptions {
  delivery?: string;
  endpoint?: string;
  from?: Instant;
  to?: Instant;
}

export function declareWebhooks(program: Command, cli: Cli): void {
  const webhooks = noun(program, 'webhooks', 'where events are delivered, and what came of it');
  declareEndpoints(webhooks, cli);
  declareDeliveries(webhooks, cli);

  verb(webhooks, 'listen', 'receive webhooks on this machine and print them, verified; Ctrl-C ends it', [
    'webhooks listen --port 4000 --secret whsec_...',
  ])
    .requiredOption('--port <n>', 'port to listen on, on 127.0.0.1; 0 takes a free one', portValue)
    .requiredOption('--secret <whsec>', "the endpoint's secret", webhookSecretValue)
    .option('--count <n>', 'end after so many calls', countValue)
    .action(async ({ port, secret, count, json }: { port: number; secret: string; count?: number; json?: boolean }) => {
      const { listenForWebhooks } = await import('../webhooks/listen.ts');
      await listenForWebhooks(cli, { port, secret, json: json === true, ...(count !== undefined && { count }) });
    });
}

function declareEndpoints(webhooks: Command, cli: Cli): void {
  verb(webhooks, 'endpoints', 'endpoints, oldest first', ['webhooks endpoints --audience platform:plt_example'])
    .option('--audience <audience>', 'only of platform:<id>, carrier:<id> or operators', audienceValue)
    .option('--limit <n>', 'at most so many', countValue, 100)
    .action(async ({ audience, limit, json }: { audience?: string; limit: number; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { listEndpoints } = await import('../../server/webhooks/list-endpoints.ts');
        const { renderEndpoint } = await import('../../server/webhooks/render-endpoint.ts');
        const { audienceFromText } = await import('../../server/webhooks/audience-text.ts');
        const chosen = audience === undefined ? undefined : audienceFromText(audience);
        const found = await listEndpoints(services, { actor: CLI_ACTOR, audience: chosen, limit });
        const now = services.clock.now();
        const shown = found.slice(0, limit).map((endpoint) => renderEndpoint(endpoint, now));
        answer(cli, json, shown, () =>
          table(
            shown.map(({ id, audience: whose, state, pausedBecause, failingSince, types, url }) => ({
              endpointId: id,
              audience: whose,
              state: pausedBecause === undefined ? state : `${state} (${pausedBecause})`,
              failingSince: failingSince ?? undefined,
              types: types.join(' '),
              url,
            })),
          ),
        );
        if (found.length > limit) cli.note('There are more: raise --limit, or name an audience.');
      }),
    );

  writingVerb(webhooks, 'create', 'make an endpoint; its secret is shown once', [
    'webhooks create --audience platform:plt_example --url https://example.com/parasol --apply',
  ])
    .requiredOption('--audience <audience>', 'whose events: platform:<id>, carrier:<id> or operators', audienceValue)
    .requiredOption('--url <url>', 'where they are POSTed')
    .addOption(
      new Option('--type <type>', 'only of this type, may be repeated; default all')
        .argParser(collect)
        .choices(Object.keys(EVENT_TYPES)),
    )
    .option('--description <text>', 'for people')
    .action(async ({ audience, url, type, description, apply, json }: CreateOptions) => {
      const plan = { audience, url, types: type ?? ['*'], ...(description !== undefined && { description }) };
      if (apply !== true) return showPlan(cli, json, plan, 'Would make this endpoint:');
      await cli.withServices(async (services) => {
        const { createEndpoint } = await import('../../server/webhooks/create-endpoint.ts');
        const { renderEndpoint } = await import('../../server/webhooks/render-endpoint.ts');
        const { audienceFromText } = await import('../../server/webhooks/audience-text.ts');
        const { inTransaction } = await import('../../server/database/transaction.ts');
        const chosen = audienceFromText(audience);
        const { endpoint, secret } = await inTransaction(services.database, (session) =>
          createEndpoint(services, { actor: CLI_ACTOR, audience: chosen, url, types: type, description }, session),
        );
        const shown = { ...renderEndpoint(endpoint, services.clock.now()), secret };
        answer(cli, json, shown, () => `${secret}\nSigns the calls of ${endpoint._id}, shown this once: store it now.`);
      });
    });

  for (const [name, what] of [
    ['pause', 'no more calls until it is resumed; what happens meanwhile waits'],
    ['resume', 'call it again; what has waited is delivered'],
  ] as const) {
    writingVerb(webhooks, `${name} <endpointId>`, what, [`webhooks ${name} whe_01h... --apply`]).action(
      async (endpointId: string, { apply, json }: WriteOptions) => {
        if (apply !== true) return showPlan(cli, json, { endpointId }, `Would ${name} this endpoint:`);
        await cli.withServices(async (services) => {
          const { pauseEndpoint, resumeEndpoint } = await import('../../server/webhooks/change-endpoint.ts');
          const { renderEndpoint } = await import('../../server/webhooks/render-endpoint.ts');
          const change = name === 'pause' ? pauseEndpoint : resumeEndpoint;
          const endpoint = await change(services, { actor: CLI_ACTOR, endpointId });
          const shown = renderEndpoint(endpoint, services.clock.now());
          answer(cli, json, shown, () => `${endpointId} is ${endpoint.state}.`);
        });
      },
    );
  }

  writingVerb(webhooks, 'test <endpointId>', 'have a test event delivered to it alone', [
    'webhooks test whe_01h... --apply',
  ]).action(async (endpointId: string, { apply, json }: WriteOptions) => {
    if (apply !== true) return showPlan(cli, json, { endpointId }, 'Would have a test event delivered:');
    await cli.withServices(async (services) => {
      const { testEndpoint } = await import('../../server/webhooks/test-endpoint.ts');
      const { renderDelivery } = await import('../../server/webhooks/render-endpoint.ts');
      const { inTransaction } = await import('../../server/database/transaction.ts');
      const delivery = await inTransaction(services.database, (session) =>
        testEndpoint(services, { actor: CLI_ACTOR, endpointId }, session),
      );
      answer(
        cli,
        json,
        renderDelivery(delivery),
        () => `${delivery._id} is on its way: webhooks deliveries ${endpointId} tells what came of it.`,
      );
    });
  });
}

function declareDeliveries(webhooks: Command, cli: Cli): void {
  verb(webhooks, 'deliveries <endpointId>', 'what was delivered and what was answered, newest first', [
    'webhooks deliveries whe_01h... --state dead',
  ])
    .addOption(
      new Option('--state <state>', 'only those').choices(['waiting', 'delivered', 'dead', 'cancelled'] as const),
    )
    .option('--limit <n>', 'at most so many', countValue, 100)
    .action(async (endpointId: string, { state, limit, json }: DeliveriesOptions) =>
      cli.withServices(async (services) => {
        const { listDeliveries } = await import('../../server/webhooks/list-deliveries.ts');
        const { renderDelivery } = await import('../../server/webhooks/render-endpoint.ts');
        const found = await listDeliveries(services, { actor: CLI_ACTOR, endpointId, state, limit });
        const shown = found.slice(0, limit).map(renderDelivery);
        answer(cli, json, shown, () =>
          table(
            shown.map(({ id, eventType, state: is, attempts, nextAttemptAt, answers }) => {
              const last = answers.at(-1);
              return {
                deliveryId: id,
                event: eventType,
                state: is,
                calls: attempts,
                next: nextAttemptAt ?? undefined,
                answer: last?.status ?? last?.problem ?? undefined,
                ms: last?.durationMs,
              };
            }),
          ),
        );
        if (found.length > limit) cli.note('There are more: raise --limit.');
      }),
    );

  const resend = writingVerb(webhooks, 'resend', 'send one delivery again, or all events of a time', [
    'webhooks resend --delivery dlv_01h... --apply',
    'webhooks resend --endpoint whe_01h... --from 2026-03-01T00:00:00Z --to 2026-03-02T00:00:00Z --apply',
  ]);
  resend
    .option('--delivery <dlv_id>', 'this one')
    .option('--endpoint <whe_id>', 'all of this endpoint')
    .option('--from <instant>', 'published at this instant or later', instantValue)
    .option('--to <instant>', 'published before this instant', instantValue)
    .action(async ({ delivery, endpoint, from, to, apply, json }: ResendOptions) => {
      const range =
        endpoint === undefined || from === undefined || to === undefined ? undefined : { endpoint, from, to };
      if ((delivery === undefined) === (range === undefined)) {
        resend.error('error: name one delivery (--delivery), or --endpoint with --from and --to.');
      }
      const plan = { ...(delivery !== undefined && { delivery }), ...range };
      if (apply !== true) return showPlan(cli, json, plan, 'Would send again:');
      await cli.withServices(async (services) => {
        const { resendDelivery, resendRange } = await import('../../server/webhooks/resend-deliveries.ts');
        const { renderDelivery } = await import('../../server/webhooks/render-endpoint.ts');
        const { inTransaction } = await import('../../server/database/transaction.ts');
        if (delivery !== undefined) {
          const again = await inTransaction(services.database, (session) =>
            resendDelivery(services, { actor: CLI_ACTOR, deliveryId: delivery }, session),
          );
          const { id, eventType, state } = renderDelivery(again);
          answer(cli, json, renderDelivery(again), () => record({ deliveryId: id, event: eventType, state }));
        }
        if (range === undefined) return;
        let count = 0;
        for (let after: number | undefined = 0; after !== undefined;) {
          const input: ResendInput = {
            actor: CLI_ACTOR,
            endpointId: range.endpoint,
            from: range.from,
            to: range.to,
            after,
          };
          const sent: Resent = await inTransaction(services.database, (session) =>
            resendRange(services, input, session),
          );
          count += sent.count;
          after = sent.next;
        }
        answer(cli, json, { endpointId: range.endpoint, count }, () => `${count} are on their way again.`);
      });
    });
}
