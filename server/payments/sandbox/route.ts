import type { Context } from './context.ts';
import type { ReadParams } from './params.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without the query. */
  readonly path: string;
}

/** One operation of Stripe's API. */
export interface Route {
  /** By which faults are ordered, e.g. `outbound_payments.create`. */
  readonly name: string;
  readonly method: Call['method'];
  /** Whether it may change something, so that its idempotency key counts. */
  readonly writes: boolean;
  /** The ids in the path, or nothing when the path is not this route's. */
  match(path: string): readonly string[] | undefined;
  /**
   * Reads the parameters at once; the effect happens only when the answer's function is called. A `StripeTrouble` that is
   * returned is answered as an error like a thrown one, but what was done stays done.
   */
  prepare(raw: unknown, ids: readonly string[]): (context: Context) => object;
}

/** `pattern` is a path whose `*` segments are ids, given to `answer` in their order. */
export function route<T extends object>(
  name: string,
  call: `${Call['method']} /${string}`,
  read: ReadParams<T>,
  answer: (context: Context, params: T, id: string, secondId: string) => object,
): Route {
  const [method, pattern = ''] = call.split(' ');
  if (method !== 'GET' && method !== 'POST' && method !== 'DELETE') throw new Error(`${call}: unknown method`);
  const source = pattern.replaceAll('*', '([^/]+)');
  const expression = new RegExp(`^${source}$`);
  return {
    name,
    method,
    writes: method !== 'GET',
    match: (path) => expression.exec(path)?.slice(1).map(decodeURIComponent),
    prepare: (raw, [id = '', secondId = '']) => {
      const params = read(raw);
      return (context) => answer(context, params, id, secondId);
    },
  };
}
