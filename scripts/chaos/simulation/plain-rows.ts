import type { Document } from 'mongodb';

/** Items by key, each group in their order. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

export const isSet = (value: unknown): boolean => value !== undefined && value !== null;
/** Ids and words as they are; nothing for what is neither text nor number. */
export const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** A stored list: its objects, or each item as it is read. What is no list is empty. */
export function list(value: unknown): readonly Document[];
export function list<T>(value: unknown, read: (item: unknown) => T): readonly T[];
export function list<T>(value: unknown, read?: (item: unknown) => T): readonly (T | Document)[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return read === undefined
    ? items.filter((item): item is Document => typeof item === 'object' && item !== null)
    : items.map(read);
}
