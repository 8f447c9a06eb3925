import { Long, type Document } from 'mongodb';
import { guardHolds } from '../guards.ts';
import type { Writes } from '../collect-writes.ts';

type Identified = Document & { readonly _id: string };

/** Collections in memory: what the ledger's writes leave, read back as the driver would (longs are numbers). */
export class MemoryDocuments {
  readonly #collections = new Map<string, Map<string, Identified>>();

  /** The documents of a collection by `_id`, in the order of their insertion. */
  collection(name: string): Map<string, Identified> {
    const found = this.#collections.get(name) ?? new Map<string, Identified>();
    this.#collections.set(name, found);
    return found;
  }

  /** `<collection>/<_id>` */
  get(key: string): Identified | undefined {
    const slash = key.indexOf('/');
    return this.#collections.get(key.slice(0, slash))?.get(key.slice(slash + 1));
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  insert(name: string, document: Identified): void {
    const collection = this.collection(name);
    if (collection.has(document._id)) throw new Error(`${name} has ${document._id} already.`);
    collection.set(document._id, { ...copyDocument(document), _id: document._id });
  }

  apply({ updates, inserts, deletes }: Writes): void {
    for (const [name, statements] of updates) {
      for (const { q, u } of statements) {
        const { _id, ...guard } = q;
        const before = this.collection(name).get(_id);
        if (before === undefined || !guardHolds(before, guard))
          throw new Error(`${name}/${_id} is not as it was read.`);
        this.collection(name).set(_id, { ...updated(before, u), _id });
      }
    }
    for (const [name, documents] of inserts) for (const document of documents) this.insert(name, document);
    for (const [name, ids] of deletes) for (const id of ids) this.collection(name).delete(id);
  }
}

/** A document after an update with the operators that a unit may use. */
function updated(before: Document, update: Document): Document {
  const after = copyDocument(before);
  for (const [operator, fields] of Object.entries<Document>(update)) {
    for (const [path, given] of Object.entries(copyDocument(fields))) {
      change(after, path.split('.'), (value) => operate(operator, value, given));
    }
  }
  return after;
}

function operate(operator: string, value: unknown, given: unknown): unknown {
  switch (operator) {
    case '$set':
      return given;
    case '$unset':
      return undefined;
    case '$inc':
      return Number(value ?? 0) + Number(given);
    case '$max':
      return value === undefined || isLess(value, given) ? given : value;
    case '$push':
      return [...(Array.isArray(value) ? (value as readonly unknown[]) : []), ...pushed(given)];
    default:
      throw new Error(`${operator} is no operator of a unit.`);
  }
}

const isLess = (a: unknown, b: unknown): boolean =>
  a instanceof Date && b instanceof Date ? a.getTime() < b.getTime() : Number(a) < Number(b);

const pushed = (given: unknown): readonly unknown[] =>
  isObject(given) && Array.isArray(given['$each']) ? (given['$each'] as readonly unknown[]) : [given];

function change(document: Document, [name, ...rest]: readonly string[], how: (value: unknown) => unknown): void {
  if (name === undefined) return;
  if (rest.length > 0) {
    const inner: unknown = document[name];
    const copy = isObject(inner) ? inner : {};
    change(copy, rest, how);
    if (isObject(inner) || Object.keys(copy).length > 0) document[name] = copy;
    return;
  }
  const value = how(document[name]);
  if (value === undefined) delete document[name];
  else document[name] = value;
}

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Without what is undefined, as the driver stores it. */
function copyDocument(document: Document): Document {
  return Object.fromEntries(
    Object.entries(document).flatMap(([name, value]) => (value === undefined ? [] : [[name, copy(value)]])),
  );
}

function copy(value: unknown): unknown {
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map(copy);
  return isObject(value) ? copyDocument(value) : value;
}
