import type { IncomingHttpHeaders } from 'node:http';
import type Joi from 'joi';
import type { Instant } from '../../programs/calendar.ts';
import type { Actor, ActorKind, ActorOf, Scope } from '../actor.ts';
import type { Services } from '../services.ts';

/** What a handler is given: parsed, validated, authenticated. */
export interface RouteRequest<P = unknown, Q = unknown, B = unknown, A extends Actor = Actor> {
  readonly requestId: string;
  readonly actor: A;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Of routes with `bodyChecked: 'as_bytes'`: the body as it came. */
  readonly bytes?: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** When the request reached us, taken once. */
  readonly receivedAt: Instant;
  /** `Idempotency-Key`, when sent. */
  readonly idempotencyKey?: string;
}

/** What a handler answers. `json` is rendered as it is; `bytes` with its own content type. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: { readonly type: string; readonly content: Buffer };
  /** Of a list that goes on: the server adds `Link: <...>; rel="next"`. `pageReply` sets it. */
  readonly nextCursor?: string;
  /** Long output (CSV): chunks as they come. */
  readonly stream?: { readonly type: string; readonly chunks: AsyncIterable<string> };
}

export interface ResponseDoc {
  readonly description: string;
  readonly schema?: Joi.Schema;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly example?: unknown;
  /** By name, instead of one: where answers of several forms stand under one status. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** What a body of one content type holds, for the docs. */
export interface BodyDoc {
  readonly schema: Joi.Schema;
  readonly example?: unknown;
}

/**
 * One route. The table of all routes (`server/http/routes.ts`) is what the server mounts, what OpenAPI is made from, and
 * what the tests walk: a route without a schema, an auth rule or a tenant rule does not compile.
 */
export interface Route<P = never, Q = never, B = never, K extends ActorKind = ActorKind> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** OpenAPI style: `/v1/workers/{id}/cover`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** Who may call, and with which scope (platforms and operators). */
  readonly allow: readonly K[];
  readonly scope?: Scope;
  /** How the handler keeps one tenant's data from another's, in words: shown in the docs and required by a test. */
  readonly tenant: string;
  readonly params?: Joi.ObjectSchema<P>;
  readonly query?: Joi.ObjectSchema<Q>;
  readonly body?: Joi.Schema<B>;
  /**
   * The schema documents the body, and the handler checks it. `by_handler`: item by item, so that one bad item of a batch never
   * spoils the others. `as_bytes`: it is given as `bytes`, unparsed, because what is signed is every byte of it.
   */
  readonly bodyChecked?: 'by_handler' | 'as_bytes';
  /** Accepted request types; default `application/json`. */
  readonly bodyTypes?: readonly string[];
  /** What the body is under each of `bodyTypes`, where they differ; `body` is then all of them. */
  readonly bodyDocs?: Readonly<Record<string, BodyDoc>>;
  /** POSTs: `required` = `Idempotency-Key` (DESIGN 9); `keyed` = the body carries its own key; `harmless` = repeating it changes nothing. */
  readonly idempotency?: 'required' | 'keyed' | 'harmless';
  /**
   * Requests a minute for each caller (key, token, or address for public routes), counted for this route alone; default
   * from the configuration, counted over all routes. `unlimited` is for probes.
   */
  readonly ratePerMinute?: number | 'unlimited';
  readonly responses: Readonly<Record<number, ResponseDoc>>;
  /** Stable problem codes this route may answer besides the common ones. */
  readonly problems?: readonly string[];
  handle(services: Services, request: RouteRequest<P, Q, B, ActorOf<K>>): Promise<Reply>;
}

/** A route with its types erased, as the table holds it. */
export interface AnyRoute extends Omit<Route, 'params' | 'query' | 'body' | 'handle'> {
  readonly params?: Joi.ObjectSchema;
  readonly query?: Joi.ObjectSchema;
  readonly body?: Joi.Schema;
  handle(services: Services, request: RouteRequest): Promise<Reply>;
}

/** Declares a route: checks its types, then erases them for the table. */
export function route<P, Q, B, K extends ActorKind>(definition: Route<P, Q, B, K>): AnyRoute {
  return definition;
}
