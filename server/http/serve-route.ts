import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseQuery } from 'node:querystring';
import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Actor, ActorKind } from '../actor.ts';
import type { Visit, Work } from './answer-request.ts';
import type { AppContext } from './app-context.ts';
import { addressOf } from './caller-address.ts';
import { checkIdempotencyKey } from './idempotency.ts';
import { parseJson } from './parse-json.ts';
import { RateLimit } from './rate-limit.ts';
import { readBody } from './read-body.ts';
import type { AnyRoute, RouteRequest } from './route.ts';
import { compile } from './validate.ts';

type Params = Readonly<Record<string, unknown>>;

const PUBLIC: Actor = { kind: 'public' };

/**
 * What a route does with a request, in this order: who asks (before anything of the body is read, G25), how often, whether
 * they may; then path, query, idempotency key, body; then its handler. Everything that can be made once is made here.
 */
export function serveRoute(context: AppContext, route: AnyRoute): (params: Params) => Work {
  const { services } = context;
  const checkParams = route.params === undefined ? undefined : compile(route.params, 'path');
  const checkQuery = route.query === undefined ? undefined : compile(route.query, 'query');
  const readRequestBody = bodyReader(context, route);
  const identify = identifier(context, route);
  const limit = limiter(context, route);

  return (params) => async (req, res, visit) => {
    const found = identify(req, visit.receivedAt);
    const actor = found instanceof Promise ? await found : found;
    visit.actor = actor;
    limit(req, actor, visit);
    checkAllowed(route, actor);

    const validParams: unknown = checkParams === undefined ? undefined : checkParams(params);
    const validQuery: unknown = checkQuery === undefined ? undefined : checkQuery(queryOf(req));
    const idempotencyKey = idempotencyKeyOf(route, req);
    const content = readRequestBody === undefined ? undefined : await readRequestBody(req, res);
    const request: RouteRequest = {
      requestId: visit.requestId,
      actor,
      params: validParams,
      query: validQuery,
      body: content?.body,
      ...(content?.bytes === undefined ? {} : { bytes: content.bytes }),
      headers: req.headers,
      receivedAt: visit.receivedAt,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
    return route.handle(services, request);
  };
}

/** Who asks. Wrong credentials draw on the address's bucket; when that is empty, no more of them are looked up. */
function identifier(
  context: AppContext,
  route: AnyRoute,
): (req: IncomingMessage, now: Instant) => Actor | Promise<Actor> {
  const { authenticator, failures, services } = context;
  if (route.allow.every((kind) => kind === 'public')) return () => PUBLIC;
  const publicToo = route.allow.some((kind) => kind === 'public');

  return (req, now) => {
    const { authorization } = req.headers;
    if (publicToo && authorization === undefined) return PUBLIC;
    const address = (): string => addressOf(req, services.config.trustedProxies);
    const beforeLookUp = (): void => {
      if (failures.isEmpty(address(), now)) failures.take(address(), now);
    };
    const failed = (error: unknown): never => {
      const wrong = error instanceof Refusal && error.kind === 'unauthenticated' && authorization !== undefined;
      if (wrong) failures.take(address(), now);
      throw error;
    };
    try {
      const actor = authenticator.authenticate(authorization, now, beforeLookUp);
      return actor instanceof Promise ? actor.catch(failed) : actor;
    } catch (error) {
      return failed(error);
    }
  };
}

/** Counts the request: against the route's own limit, or the caller's over all routes. */
function limiter(context: AppContext, route: AnyRoute): (req: IncomingMessage, actor: Actor, visit: Visit) => void {
  const { ratePerMinute } = route;
  if (ratePerMinute === 'unlimited') return () => {};
  const own = ratePerMinute === undefined ? undefined : new RateLimit(route.operationId, ratePerMinute);

  return (req, actor, visit) => {
    const limit = own ?? (actor.kind === 'public' ? context.addresses : context.callers);
    visit.headers.push('RateLimit-Policy', limit.policy);
    try {
      visit.headers.push('RateLimit', limit.header(limit.take(callerOf(context, req, actor), visit.receivedAt)));
    } catch (error) {
      visit.headers.push('RateLimit', limit.header(0));
      throw error;
    }
  };
}

function callerOf(context: AppContext, req: IncomingMessage, actor: Actor): string {
  switch (actor.kind) {
    case 'platform':
      return actor.keyId;
    case 'worker':
    case 'person':
      return actor.tokenId;
    case 'operator':
      return actor.operatorId;
    case 'public':
      return addressOf(req, context.services.config.trustedProxies);
  }
}

const CREDENTIALS_OF: Readonly<Record<ActorKind, string>> = {
  platform: "a platform's API key",
  worker: "a worker's token",
  person: "a person's token",
  operator: "an operator's key",
  public: 'no credentials',
};

function checkAllowed(route: AnyRoute, actor: Actor): void {
  if (!route.allow.some((kind) => kind === actor.kind)) {
    const wanted = route.allow.map((kind) => CREDENTIALS_OF[kind]).join(' or ');
    throw new Refusal(
      'forbidden',
      'wrong_credentials',
      `This operation takes ${wanted}, not ${CREDENTIALS_OF[actor.kind]}.`,
    );
  }
  if (route.scope !== undefined && 'scopes' in actor && !actor.scopes.has(route.scope)) {
    throw new Refusal('forbidden', 'scope_missing', `The key lacks the scope ${route.scope}.`);
  }
}

function queryOf(req: IncomingMessage): Record<string, unknown> {
  const url = req.url ?? '';
  const at = url.indexOf('?');
  return at === -1 ? {} : { ...parseQuery(url.slice(at + 1)) };
}

function idempotencyKeyOf(route: AnyRoute, req: IncomingMessage): string | undefined {
  const sent = req.headers['idempotency-key'];
  const key = Array.isArray(sent) ? sent[0] : sent;
  return route.idempotency === 'required' ? checkIdempotencyKey(key) : key;
}

interface RequestContent {
  readonly body?: unknown;
  readonly bytes?: Buffer;
}

/** Reads, parses and validates the body; undefined for routes without one, which leave it unread. */
function bodyReader({ services }: AppContext, route: AnyRoute) {
  if (route.body === undefined) return undefined;
  const { bodyBytesMax, jsonDepthMax } = services.config;
  const types = route.bodyTypes ?? ['application/json'];
  const check = route.bodyChecked !== undefined ? (body: unknown) => body : compile<unknown>(route.body, 'body');
  return async (req: IncomingMessage, res: ServerResponse): Promise<RequestContent> => {
    checkContentType(req.headers['content-type'], types);
    const bytes = await readBody(req, res, bodyBytesMax);
    return route.bodyChecked === 'as_bytes' ? { bytes } : { body: check(parseJson(bytes, jsonDepthMax)) };
  };
}

function checkContentType(sent: string | undefined, types: readonly string[]): void {
  if (sent !== undefined) {
    if (types.includes(sent)) return;
    const [type = '', ...parameters] = sent.split(';').map((part) => part.trim().toLowerCase());
    const charset = parameters.find((parameter) => parameter.startsWith('charset='));
    if (types.includes(type) && (charset === undefined || /^charset="?utf-?8"?$/.test(charset))) return;
  }
  throw new Refusal(
    'unsupported_media',
    'unsupported_media_type',
    `Content-Type must be ${types.join(' or ')}, in UTF-8.`,
  );
}
