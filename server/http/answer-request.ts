import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Instant } from '../../programs/calendar.ts';
import type { Refusal } from '../../programs/refusal.ts';
import type { Actor } from '../actor.ts';
import { actorName } from '../actor.ts';
import type { AppContext } from './app-context.ts';
import type { Problem } from './problem.ts';
import { asRefusal, internalProblem, problemOf } from './problem.ts';
import type { Reply } from './route.ts';
import { sendProblem, sendReply } from './send-reply.ts';
import type { HeaderList } from './send-reply.ts';

/** One request on its way, from its id to its line in the log. */
export interface Visit {
  readonly requestId: string;
  readonly receivedAt: Instant;
  /** Headers that the answer carries, whatever it is. */
  readonly headers: HeaderList;
  /** Known once authenticated. */
  actor?: Actor;
}

/** What makes the answer to one request, or throws. */
export type Work = (req: IncomingMessage, res: ServerResponse, visit: Visit) => Promise<Reply>;

/**
 * The frame of every request of one operation: gives it an id, turns what `work` throws into a problem, counts it, and logs
 * one line: never bodies, credentials, addresses or query values. The promise it returns never rejects.
 */
export function answering(
  context: AppContext,
  operation: string,
): (req: IncomingMessage, res: ServerResponse, work: Work) => Promise<void> {
  const { services, state } = context;
  const seconds = services.metrics.requestSeconds.labels(operation);
  const counters = new Map<number, ReturnType<typeof services.metrics.requests.labels>>();
  const count = (status: number): void => {
    let counter = counters.get(status);
    if (counter === undefined) {
      counter = services.metrics.requests.labels(operation, String(status));
      counters.set(status, counter);
    }
    counter.inc();
  };

  return async (req, res, work) => {
    const startedAt = performance.now();
    const requestId = services.ids.next('req');
    const visit: Visit = { requestId, receivedAt: services.clock.now(), headers: ['Request-Id', requestId] };
    let status: number;
    let code: string | undefined;
    try {
      const reply = await work(req, res, visit);
      if (state.draining) res.shouldKeepAlive = false;
      status = await sendReply(context, req, res, reply, visit.headers);
    } catch (error) {
      const problem = explain(context, operation, error, visit);
      ({ status, code } = problem);
      if (state.draining || !wasRead(req, services.config.bodyBytesMax)) res.shouldKeepAlive = false;
      // Half an answer cannot be taken back: breaking it off tells the reader that it is not whole.
      if (res.headersSent) res.destroy();
      else sendProblem(res, problem, visit.headers);
    }
    const ms = performance.now() - startedAt;
    count(status);
    seconds.observe(ms / 1_000);
    const who = visit.actor === undefined ? 'unknown' : actorName(visit.actor);
    const line = { requestId, operation, status, ms: Math.round(ms * 100) / 100, actor: who };
    services.log.info(code === undefined ? line : { ...line, code }, 'request');
  };
}

function explain(context: AppContext, operation: string, error: unknown, visit: Visit): Problem {
  const refusal = asRefusal(error);
  if (refusal === undefined) {
    logBug(context, operation, error, visit.requestId);
    return internalProblem(visit.requestId, context.origin);
  }
  visit.headers.push(...refusalHeaders(refusal));
  return problemOf(refusal, visit.requestId, context.origin);
}

function refusalHeaders(refusal: Refusal): HeaderList {
  const headers: HeaderList = [];
  if (refusal.retryAfterSeconds !== undefined) headers.push('Retry-After', String(refusal.retryAfterSeconds));
  else if (refusal.kind === 'unavailable') headers.push('Retry-After', '1');
  if (refusal.kind === 'unauthenticated') headers.push('WWW-Authenticate', 'Bearer realm="Parasol"');
  return headers;
}

function logBug({ services }: AppContext, operation: string, error: unknown, requestId: string): void {
  // Only what names the place: errors of libraries carry the values they stumbled on.
  const bug =
    error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : { name: typeof error };
  services.log.error({ requestId, operation, bug }, 'bug');
}

/** Whether what is left of the body is small enough to read and forget, so that the connection can be kept. */
function wasRead(req: IncomingMessage, bytesMax: number): boolean {
  if (req.complete) return true;
  const length = req.headers['content-length'];
  return length !== undefined ? Number(length) <= bytesMax : req.headers['transfer-encoding'] === undefined;
}
