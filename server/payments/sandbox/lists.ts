import type { Context } from './context.ts';
import type { PageParams, RangeParam } from './params.ts';
import type { TableName, Tables } from './rows.ts';
import { invalidFields, resourceMissing } from './stripe-trouble.ts';

interface Listed<Row> {
  /** Only the rows filed there. */
  readonly index?: string;
  readonly key?: string;
  readonly keep?: (row: Row) => boolean;
}

export interface ListV1<Row> {
  readonly object: 'list';
  readonly data: readonly Row[];
  readonly has_more: boolean;
  readonly url: string;
}

const PAGE_V1 = 10;
const PAGE_V2 = 20;

/** A page of v1: youngest first, after or before the row that the caller names. */
export function listV1<T extends TableName>(
  { store }: Pick<Context, 'store'>,
  url: string,
  table: T,
  params: PageParams,
  listed: Listed<Tables[T]> = {},
): ListV1<Tables[T]> {
  const { limit = PAGE_V1, starting_after: after, ending_before: before } = params;
  for (const [param, id] of [
    ['starting_after', after],
    ['ending_before', before],
  ] as const) {
    if (id !== undefined && store.get(table, id) === undefined) throw resourceMissing(table, id, param);
  }
  const data: Tables[T][] = [];
  for (const row of store.backwards(table, { ...listed, ...(after && { after }), ...(before && { before }) })) {
    if (params.created !== undefined && tooOld(createdOf(row), params.created)) break;
    if (!(listed.keep?.(row) ?? true) || !within(createdOf(row), params.created)) continue;
    data.push(row);
    // The page before a row is the one nearest to it, so all younger ones must be seen.
    if (before === undefined && data.length > limit) break;
  }
  const page = before === undefined ? data.slice(0, limit) : data.slice(-limit);
  return { object: 'list', data: page, has_more: data.length > limit, url };
}

export interface PageV2 {
  readonly limit?: string;
  readonly page?: string;
  readonly created?: Readonly<Record<string, string>>;
}

export interface ListV2<Row> {
  readonly data: readonly Row[];
  readonly next_page_url: string | null;
  readonly previous_page_url: null;
}

/** A page of v2: `page` names the last row of the page before. `query` is what the next page repeats. */
export function listV2<T extends TableName>(
  { store }: Pick<Context, 'store'>,
  url: string,
  table: T,
  params: PageV2,
  listed: Listed<Tables[T]> = {},
): ListV2<Tables[T]> {
  const limit = Number(params.limit ?? PAGE_V2);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw invalidFields('limit must be from 1 to 100.');
  if (params.page !== undefined && store.get(table, params.page) === undefined) throw invalidFields('page is unknown.');
  const created = rangeOfV2(params.created);
  const data: Tables[T][] = [];
  for (const row of store.backwards(table, { ...listed, ...(params.page !== undefined && { after: params.page }) })) {
    if (created !== undefined && tooOld(createdOf(row), created)) break;
    if (!(listed.keep?.(row) ?? true) || !within(createdOf(row), created)) continue;
    data.push(row);
    if (data.length > limit) break;
  }
  const page = data.slice(0, limit);
  const last = page.at(-1);
  const next = data.length > limit && last !== undefined ? `${url}${queryOf(params, last.id)}` : null;
  return { data: page, next_page_url: next, previous_page_url: null };
}

/** Repeats the filters for the next page. */
function queryOf(params: object, page: string): string {
  const query = new URLSearchParams();
  const add = (name: string, value: unknown): void => {
    if (Array.isArray(value)) value.forEach((item, at) => add(`${name}[${at}]`, item));
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) add(`${name}[${key}]`, inner);
    else if (typeof value === 'string') query.append(name, value);
  };
  for (const [name, value] of Object.entries(params)) if (name !== 'page') add(name, value);
  query.append('page', page);
  return `?${query.toString()}`;
}

/** In seconds for v1, in ms for v2. */
function createdOf(row: object): number | undefined {
  const created: unknown = Reflect.get(row, 'created') ?? Reflect.get(row, 'date');
  if (typeof created === 'number') return created;
  return typeof created === 'string' ? Date.parse(created) : undefined;
}

function within(created: number | undefined, range: number | RangeParam | undefined): boolean {
  if (range === undefined || created === undefined) return true;
  if (typeof range === 'number') return created === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return created > gt && created >= gte && created < lt && created <= lte;
}

/** Rows come youngest first: nothing that follows can be within. */
function tooOld(created: number | undefined, range: number | RangeParam): boolean {
  if (created === undefined) return false;
  const from = typeof range === 'number' ? range : Math.max(range.gt ?? -Infinity, range.gte ?? -Infinity);
  return created < from;
}

/** Bounds are RFC 3339, or seconds as the SDK types them. */
function rangeOfV2(range: Readonly<Record<string, string>> | undefined): RangeParam | undefined {
  if (range === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(range).map(([bound, text]) => {
      const at = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
      if (Number.isNaN(at)) throw invalidFields(`created.${bound} is not a time.`);
      return [bound, at];
    }),
  );
}
