import type { Document } from 'mongodb';
import type { UnitWrite } from './ledger.ts';

export type Guard = Extract<UnitWrite, { kind: 'update' }>['guard'];

/** Whether a document is as the guard says, by the rules of a MongoDB filter: null also means absent. */
export function guardHolds(document: Document, guard: Guard): boolean {
  return Object.entries(guard).every(([path, value]) =>
    valuesAt(document, path.split('.')).some((found) => isEqual(found, value)),
  );
}

/** The fields that must be read to ask the guard: whole, because a projection may not name a field and its part. */
export const guardedFields = (guard: Guard): string[] => Object.keys(guard).map((path) => path.split('.')[0] ?? path);

/** What stands at a path; of lists also each of their elements. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return Array.isArray(value) ? [value, ...(value as readonly unknown[])] : [value];
  // A path into the elements of a list never holds: name a list whole, or a field of the document.
  if (Array.isArray(value)) return [];
  if (typeof value !== 'object' || value === null) return [undefined];
  return valuesAt(Object.entries(value).find(([key]) => key === name)?.[1], rest);
}

function isEqual(found: unknown, value: Guard[string]): boolean {
  if (value === null) return found === null || found === undefined;
  if (value instanceof Date) return found instanceof Date && found.getTime() === value.getTime();
  return found === value;
}
