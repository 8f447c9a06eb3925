import { hash } from 'node:crypto';
import type { Context } from './context.ts';
import type { Fault, Faults } from './faults.ts';
import { decodeForm } from './form-encoding.ts';
import { present } from './present.ts';
import { findRoute } from './routes.ts';
import type { FoundRoute } from './routes.ts';
import type { IdempotencyRow } from './rows.ts';
import type { SandboxSettings } from './settings.ts';
import type { Store } from './store.ts';
import { invalidFields, invalidParam, StripeTrouble } from './stripe-trouble.ts';

export interface SandboxRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rawBody: string;
}

export interface SandboxAnswer {
  readonly status: number;
  /** Names in lower case, as Node gives them to a caller. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How long the caller must wait for it. */
  readonly delayMs?: number;
}

/** An answer, or none: the caller waits in vain, or the connection breaks. */
export type SandboxOutcome = SandboxAnswer | { readonly drop: 'timeout' | 'reset' };

export interface Handling {
  readonly store: Store;
  readonly settings: SandboxSettings;
  readonly faults: Faults;
  readonly now: number;
  readonly requestId: string;
  readonly contextFor: (of: Pick<Context, 'account' | 'apiVersion' | 'idempotencyKey'>) => Context;
}

type Version = 'v1' | 'v2';

interface Answered {
  readonly status: number;
  readonly body: string;
  /** Whether the work had begun: then v1 keeps even an error for the key. */
  readonly executed: boolean;
}

/** One request from its headers to its answer: who asks, faults before, the key, the work, faults after. */
export function handleRequest(request: SandboxRequest, handling: Handling): SandboxOutcome {
  const [path = '', query = ''] = request.path.split(/\?(.*)/s);
  const version: Version = path.startsWith('/v2/') ? 'v2' : 'v1';
  const headers = headersOf(request, handling);
  const answer = ({ status, body }: Pick<Answered, 'status' | 'body'>, more: Record<string, string> = {}) => ({
    ...{ status, body, headers: { ...headers, ...more } },
  });
  const fail = (trouble: StripeTrouble) => answer(troubleBody(trouble));

  const found = findRoute(request.method, path);
  const unauthorized = checkKey(request.headers.authorization);
  if (unauthorized !== undefined) return fail(unauthorized);
  if (found === undefined) return fail(unknownUrl(request.method, path));

  const fault = handling.faults.take(found.route.name);
  if (fault?.phase === 'before' && fault.kind !== '500') {
    const early = disturb(fault);
    if (early !== undefined) return 'drop' in early ? early : fail(early.trouble);
  }

  const key = found.route.writes ? request.headers['idempotency-key'] : undefined;
  const keyed = key === undefined ? undefined : openKey(handling, version, key, fingerprint(request));
  if (keyed?.trouble !== undefined) return fail(keyed.trouble);
  const done = keyed?.stored ?? work(request, query, version, found, fault, handling);
  if (keyed !== undefined && keyed.stored === undefined) storeResult(handling, version, keyed, done, fault);

  if (fault?.phase === 'after') {
    const late = disturb(fault);
    if (late !== undefined && 'drop' in late) return late;
    if (late !== undefined) {
      const failed = troubleBody(late.trouble);
      // v1 keeps what the caller saw, effect or not; v2 finds out on the next try.
      if (version === 'v1' && fault.kind === '500' && keyed !== undefined)
        storeResult(handling, version, keyed, failed, undefined);
      return answer(failed);
    }
  }
  const replayed = keyed?.stored !== undefined && { 'idempotent-replayed': 'true' };
  return {
    ...answer(done, { ...replayed }),
    ...(fault?.kind === 'slow' && { delayMs: fault.delayMs }),
  };
}

function work(
  request: SandboxRequest,
  query: string,
  version: Version,
  { route, ids }: FoundRoute,
  fault: Fault | undefined,
  { store, contextFor }: Handling,
): Answered {
  try {
    const raw = readParams(request, query, version);
    const run = route.prepare(raw, ids);
    if (fault?.phase === 'before' && fault.kind === '500') throw serverError();
    const context = contextFor({
      account: request.headers['stripe-context'] ?? request.headers['stripe-account'] ?? null,
      apiVersion: request.headers['stripe-version'] ?? '2026-10-28.endive',
      idempotencyKey: request.headers['idempotency-key'] ?? null,
    });
    return store.attempt(() => {
      const result = run(context);
      if (result instanceof StripeTrouble) return troubleBody(result);
      const shown = version === 'v1' ? present(store, result, expandOf(raw)) : result;
      return { status: 200, body: JSON.stringify(shown), executed: true };
    });
  } catch (error) {
    if (error instanceof StripeTrouble) return troubleBody(error);
    throw error;
  }
}

interface Keyed {
  readonly id: string;
  readonly hash: string;
  readonly stored?: Answered;
  readonly trouble?: StripeTrouble;
}

function openKey({ store, settings, now }: Handling, version: Version, key: string, print: string): Keyed {
  const id = `${version}:${key}`;
  const keptMs = version === 'v1' ? settings.keysV1Ms : settings.keysV2Ms;
  const row = store.get('idempotency', id);
  if (row === undefined || now - row.createdAt > keptMs) return { id, hash: print };
  if (row.hash !== print) return { id, hash: print, trouble: keyReused(key) };
  if (row.busyUntil > now) return { id, hash: print, trouble: keyInUse(key) };
  return { id, hash: print, stored: { status: row.status, body: row.body, executed: true } };
}

/** v1 keeps whatever came of work that had begun; v2 keeps success only, and tries again what failed. */
function storeResult(
  { store, now }: Handling,
  version: Version,
  { id, hash: print }: Keyed,
  { status, body, executed }: Answered,
  fault: Fault | undefined,
): void {
  if (!executed || (version === 'v2' && status >= 400)) return;
  const busyUntil = fault?.kind === 'slow' ? now + fault.delayMs : now;
  const row: IdempotencyRow = { id, hash: print, createdAt: now, busyUntil, status, body };
  store.put('idempotency', row);
}

function fingerprint({ method, path, headers, rawBody }: SandboxRequest): string {
  const account = headers['stripe-context'] ?? headers['stripe-account'] ?? '';
  return hash('sha256', JSON.stringify([method, path, account, rawBody]), 'hex');
}

function readParams({ method, rawBody }: SandboxRequest, query: string, version: Version): unknown {
  const text = method === 'POST' ? rawBody : query;
  try {
    if (version === 'v1' || method !== 'POST') return decodeForm(text);
    const parsed: unknown = text === '' ? {} : JSON.parse(text);
    return parsed;
  } catch (error) {
    if (error instanceof RangeError) throw invalidParam('parameter_invalid', error.message);
    if (error instanceof SyntaxError) throw invalidFields(`The body is not JSON: ${error.message}`);
    throw error;
  }
}

function expandOf(raw: unknown): string[] {
  const expand: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, 'expand') : undefined;
  return Array.isArray(expand) ? expand.filter((path): path is string => typeof path === 'string') : [];
}

function disturb({
  kind,
}: Fault): { readonly drop: 'timeout' | 'reset' } | { readonly trouble: StripeTrouble } | undefined {
  switch (kind) {
    case 'timeout':
    case 'reset':
      return { drop: kind };
    case '500':
      return { trouble: serverError() };
    case '409':
      return { trouble: keyInUse('(a fault that was ordered)') };
    case '429':
      return { trouble: rateLimited() };
    case 'slow':
      return undefined;
  }
}

function headersOf(request: SandboxRequest, { requestId }: Handling): Record<string, string> {
  const key = request.headers['idempotency-key'];
  return {
    'content-type': 'application/json',
    'request-id': requestId,
    server: 'Parasol SANDBOX (not Stripe)',
    'stripe-version': request.headers['stripe-version'] ?? '2026-10-28.endive',
    ...(key !== undefined && { 'idempotency-key': key }),
  };
}

function troubleBody({ status, fields, executed }: StripeTrouble): Answered {
  return { status, body: JSON.stringify({ error: fields }), executed };
}

function checkKey(authorization: string | undefined): StripeTrouble | undefined {
  const key = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  if (key !== undefined && /^[sr]k_test_/.test(key)) return undefined;
  const message =
    key === undefined
      ? 'You did not provide an API key. The SANDBOX takes any key that begins with sk_test_.'
      : /^.._live_/.test(key)
        ? 'This is the Parasol SANDBOX, not Stripe: it refuses live keys, and no money moves here.'
        : 'Invalid API Key provided. The SANDBOX takes any key that begins with sk_test_.';
  return new StripeTrouble(401, { type: 'invalid_request_error', message }, false);
}

function unknownUrl(method: string, path: string): StripeTrouble {
  const message = `Unrecognized request URL (${method}: ${path}). The SANDBOX knows only the operations listed in its routes.ts.`;
  return new StripeTrouble(404, { type: 'invalid_request_error', message }, false);
}

function serverError(): StripeTrouble {
  return new StripeTrouble(
    500,
    { type: 'api_error', message: 'An unknown error occurred (a fault of the SANDBOX).' },
    true,
  );
}

function rateLimited(): StripeTrouble {
  return new StripeTrouble(
    429,
    {
      type: 'invalid_request_error',
      code: 'rate_limit',
      message: 'Request rate limit exceeded (a fault of the SANDBOX).',
    },
    false,
  );
}

function keyReused(key: string): StripeTrouble {
  const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
  return new StripeTrouble(400, { type: 'idempotency_error', message }, false);
}

function keyInUse(key: string): StripeTrouble {
  const message = `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`;
  return new StripeTrouble(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message }, false);
}
