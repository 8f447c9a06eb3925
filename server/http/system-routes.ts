import Joi from 'joi';
import { pendingMigrations } from '../database/migrate.ts';
import type { Services } from '../services.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { AppState } from './app-context.ts';
import { openApi } from './openapi.ts';
import type { AnyRoute } from './route.ts';
import { route } from './route.ts';

/** A probe's answer is believed this long, so that probing costs the database nothing. */
const READY_BELIEVED_MS = 1_000;
/** A database that answers slower than this is not ready. */
const PING_MS_MAX = 2_000;

const OWN_NOTHING = 'Serves nothing that belongs to a tenant.';

/** Probes, metrics and the description of the API. `table` is what the description is made from; these routes join it. */
export function systemRoutes(services: Services, state: AppState, table: readonly AnyRoute[]): AnyRoute[] {
  const isReady = readiness(services);
  let description: { text: Buffer } | undefined;
  const routes: AnyRoute[] = [
    route({
      method: 'get',
      path: '/livez',
      operationId: 'getLiveness',
      summary: 'Whether the process runs',
      tag: 'System',
      allow: ['public'],
      tenant: OWN_NOTHING,
      ratePerMinute: 'unlimited',
      responses: { 200: { description: 'It runs.', schema: Joi.object({ status: Joi.string().valid('ok') }) } },
      handle: async () => ({ status: 200, json: { status: 'ok' } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      operationId: 'getReadiness',
      summary: 'Whether requests should be sent here',
      description: 'The database answers, its migrations are done, and the server is not about to close.',
      tag: 'System',
      allow: ['public'],
      tenant: OWN_NOTHING,
      ratePerMinute: 'unlimited',
      responses: { 200: { description: 'Ready.', schema: Joi.object({ status: Joi.string().valid('ready') }) } },
      problems: ['shutting_down', 'database_unavailable', 'not_migrated'],
      handle: async () => {
        if (state.draining) {
          throw new Refusal('unavailable', 'shutting_down', 'This server is shutting down: use another one.');
        }
        await isReady();
        return { status: 200, json: { status: 'ready' } };
      },
    }),
    route({
      method: 'get',
      path: '/metrics',
      operationId: 'getMetrics',
      summary: 'Metrics of this process, in the text form of Prometheus',
      description: "For operators' keys with the scope `metrics:read`, wherever the request comes from.",
      tag: 'System',
      allow: ['operator'],
      scope: 'metrics:read',
      tenant: 'Counts and times of the whole process, without ids; for operators only.',
      responses: { 200: { description: 'The metrics.', contentType: 'text/plain' } },
      handle: async ({ metrics }) => ({
        status: 200,
        bytes: { type: metrics.registry.contentType, content: Buffer.from(await metrics.registry.metrics()) },
      }),
    }),
    route({
      method: 'get',
      path: '/openapi.json',
      operationId: 'getOpenApi',
      summary: 'This description (OpenAPI 3.1)',
      tag: 'System',
      allow: ['public'],
      tenant: OWN_NOTHING,
      ratePerMinute: 'unlimited',
      responses: { 200: { description: 'The description.' } },
      handle: async () => {
        description ??= { text: Buffer.from(JSON.stringify(openApi([...table, ...routes], services.config))) };
        return {
          status: 200,
          headers: { 'Cache-Control': 'public, max-age=60' },
          bytes: { type: 'application/json; charset=utf-8', content: description.text },
        };
      },
    }),
  ];
  return routes;
}

/** Resolves when the database answers and is migrated; throws `unavailable`. Asks at most once a second. */
function readiness(services: Services): () => Promise<void> {
  let asked: { at: number; answer: Promise<void> } | undefined;
  let migrated = false;
  const ask = async (): Promise<void> => {
    if (!migrated) {
      const pending = await pendingMigrations(services.database);
      if (pending.length > 0) {
        throw new Refusal(
          'unavailable',
          'not_migrated',
          `The database lacks ${pending.length} migration(s): run npm run migrate.`,
        );
      }
      migrated = true;
    }
    await services.database.db.command({ ping: 1 }, { signal: AbortSignal.timeout(PING_MS_MAX) });
  };
  return () => {
    const now = services.clock.now();
    if (asked === undefined || now - asked.at >= READY_BELIEVED_MS) asked = { at: now, answer: ask() };
    return asked.answer;
  };
}
