import Joi from 'joi';
import { Refusal } from '../../programs/refusal.ts';
import type { Reply } from './route.ts';

/** The place after which a page goes on: the sort key of the last item, in the order of the sort. */
export type CursorKey = readonly (string | number)[];

/** Opaque to callers, and no secret: every query filters by the tenant whatever the cursor says. */
export function encodeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

type Shape = readonly ('string' | 'number')[];
type KeyOf<S extends Shape> = { readonly [I in keyof S]: S[I] extends 'string' ? string : number };

/**
 * Reads a cursor of ours. `shape` names the type of each part (`['string', 'number']`), so that what a caller made up can
 * reach a query neither as an object nor as another type. Throws `invalid` / `cursor_invalid`.
 */
export function decodeCursor<const S extends Shape>(cursor: string, shape: S): KeyOf<S> {
  const key = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (fits(key, shape)) return key;
  throw new Refusal(
    'invalid',
    'cursor_invalid',
    'The cursor is not one that we gave: take nextCursor of the last page.',
    {
      details: [
        { pointer: '/cursor', code: 'cursor_invalid', message: 'cursor must be the nextCursor of an earlier answer' },
      ],
    },
  );
}

/**
 * The reply of a list: `{ data, nextCursor }`, `nextCursor` null on the last page; the server adds `Link: rel="next"`.
 * Read `limit + 1` items: the one too many tells that there is another page.
 */
export function pageReply<T>(
  items: readonly T[],
  limit: number,
  keyOf: (item: T) => CursorKey,
  render: (item: T) => unknown,
): Reply {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  const next = items.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null;
  const reply = { status: 200, json: { data: shown.map(render), nextCursor: next } };
  return next === null ? reply : { ...reply, nextCursor: next };
}

/** What `pageReply` answers, for the route's response: a page of `item`. */
export const pageSchema = (item: Joi.Schema): Joi.ObjectSchema =>
  Joi.object({ data: Joi.array().items(item), nextCursor });

/** For the next page; null on the last one. */
export const nextCursor = Joi.string().allow(null);

/** `Link` of a page: the same request with the next cursor. */
export function linkToNext(origin: string, requestUrl: string, next: string): string {
  const url = new URL(requestUrl, 'http://here');
  url.searchParams.set('cursor', next);
  return `<${origin}${url.pathname}${url.search}>; rel="next"`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fits<S extends Shape>(key: unknown, shape: S): key is KeyOf<S> {
  return Array.isArray(key) && key.length === shape.length && shape.every((type, i) => fitsPart(key[i], type));
}

/** Numbers of ours are counts and instants; what lies beyond the last date would fail where it is made one. */
function fitsPart(part: unknown, type: Shape[number]): boolean {
  if (typeof part !== 'number') return typeof part === type;
  return type === 'number' && Number.isInteger(part) && Math.abs(part) <= DATE_MAX;
}

/** Milliseconds of the last date that JavaScript knows. */
const DATE_MAX = 8.64e15;
