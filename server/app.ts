import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import express from 'express';
import type { Express } from 'express';
import { answering } from './http/answer-request.ts';
import type { AppContext, AppState } from './http/app-context.ts';
import { openAuthenticator } from './http/authenticate.ts';
import type { Authenticator } from './http/authenticate.ts';
import { mountDocs } from './http/docs.ts';
import { createServerFor } from './http/fast-server.ts';
import { problem } from './http/problem.ts';
import { RateLimit } from './http/rate-limit.ts';
import { Refusal } from '../programs/refusal.ts';
import type { AnyRoute } from './http/route.ts';
import { serveRoute } from './http/serve-route.ts';
import { systemRoutes } from './http/system-routes.ts';
import type { Services } from './services.ts';

/** A client has this long to send a whole request. */
const REQUEST_MS_MAX = 30_000;
/** ... and this long for the head of it. Node swaps the two when this one is the longer, and its default is 60 s. */
const HEADERS_MS_MAX = 15_000;
/** Longer than the 60 s of most load balancers: the side that sends must be the one that gives up an idle connection. */
const KEEP_ALIVE_MS = 65_000;

export interface AppOptions {
  /** Default: keys and tokens of the database. */
  readonly authenticator?: Authenticator;
}

const states = new WeakMap<Server, AppState>();

/**
 * The HTTP server over a table of routes, with probes, metrics, OpenAPI and the docs; not listening yet. It only reads
 * `services`; whoever opened them closes them, after `closeApp`.
 */
export function createApp(services: Services, routes: readonly AnyRoute[], options: AppOptions = {}): Server {
  const { config } = services;
  const state: AppState = { draining: false };
  const origin = config.publicUrl ?? '';
  const context: AppContext = {
    services,
    authenticator: options.authenticator ?? openAuthenticator(services),
    callers: new RateLimit('caller', config.ratePerMinute),
    addresses: new RateLimit('address', config.publicRatePerMinute),
    failures: new RateLimit('failures', config.publicRatePerMinute),
    origin,
    state,
  };
  const table = [...routes, ...systemRoutes(services, state, routes)];

  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  mountRoutes(app, context, table);
  mountDocs(app);
  mountRest(app, context);

  const server = createServerFor(app, config.fastServer);
  server.requestTimeout = REQUEST_MS_MAX;
  server.headersTimeout = HEADERS_MS_MAX;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // Without a listener Node answers `Expect: 100-continue` itself, before anybody was authenticated (G25).
  server.on('checkContinue', (req, res) => void server.emit('request', req, res));
  states.set(server, state);
  return server;
}

/**
 * Closes the server of an app without cutting anybody off: `/readyz` turns away new callers, no connection is accepted or
 * kept, requests in flight are answered. What still runs after `graceMs` is cut off.
 */
export async function closeApp(server: Server, graceMs = 10_000): Promise<void> {
  const state = states.get(server);
  if (state !== undefined) state.draining = true;
  if (!server.listening) return;
  const closed = new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
  try {
    await closed;
  } finally {
    clearTimeout(cutOff);
  }
}

function mountRoutes(app: Express, context: AppContext, table: readonly AnyRoute[]): void {
  const sorted = [...table].sort((a, b) => compare(specificity(a.path), specificity(b.path)));
  for (const route of sorted) {
    const answer = answering(context, route.operationId);
    const serve = serveRoute(context, route);
    app[route.method](expressPath(route.path), (req, res) => answer(req, res, serve(req.params)));
  }
  for (const [path, methods] of methodsByPath(table)) {
    const answer = answering(context, 'methodNotAllowed');
    app.all(expressPath(path), (req, res) =>
      answer(req, res, async (_req, _res, visit) => {
        const allow = methods.join(', ');
        visit.headers.push('Allow', allow);
        if (req.method === 'OPTIONS') return { status: 204 };
        const detail = `${req.method} is not for this path: it takes ${allow}.`;
        return {
          status: 405,
          bytes: {
            type: 'application/problem+json',
            content: Buffer.from(
              JSON.stringify(problem(405, 'method_not_allowed', detail, visit.requestId, context.origin)),
            ),
          },
        };
      }),
    );
  }
}

/** Paths that nobody has, and paths that cannot be decoded. */
function mountRest(app: Express, context: AppContext): void {
  const answer = answering(context, 'unknownRoute');
  app.use((req, res) =>
    answer(req, res, async () => {
      throw new Refusal('not_found', 'route_unknown', 'There is no such path: /docs lists what there is.');
    }),
  );
  app.use((error: unknown, req: IncomingMessage, res: ServerResponse, next: (error: unknown) => void) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    void answer(req, res, async () => {
      if (!isBadRequest(error)) throw error;
      throw new Refusal('invalid', 'invalid_path', 'The path has a percent sign that encodes nothing.');
    });
  });
}

/** What the router cannot decode carries the status that it means. */
function isBadRequest(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 400;
}

function methodsByPath(table: readonly AnyRoute[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of table) {
    const known = methods.get(path) ?? [];
    known.push(...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    methods.set(path, known);
  }
  return methods;
}

/** `/v1/workers/{id}/cover` as Express writes it. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Sorts literal segments before `{id}.csv` before `{id}`, so that the table's order never hides a route. */
function specificity(path: string): string {
  const kinds = path.split('/').map((part) => (!part.includes('{') ? '0' : /^\{\w+\}$/.test(part) ? '2' : '1'));
  return `${kinds.join('')}3`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
