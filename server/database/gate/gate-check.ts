import { randomBytes } from 'node:crypto';
import type { Collection, Document } from 'mongodb';
import type { Database } from '../connect.ts';

/** What a check is given. */
export interface GateContext {
  readonly database: Database;
  /** True for the part that takes less than a minute. */
  readonly quick: boolean;
  /** How often the kill check kills, and how many writes it wants acknowledged; `undefined`: the server is not ours. */
  readonly kills: { readonly kills: number; readonly writes: number } | undefined;
  /** A new, existing, empty collection that is dropped after the gate. */
  readonly emptyCollection: <T extends Document>(name: string) => Promise<Collection<T>>;
}

/** One thing a database must be able to do. `run` returns what it saw, in a few words, and throws when it fails. */
export interface GateCheck {
  readonly name: string;
  run(context: GateContext): Promise<string>;
}

/** Thrown by a check that cannot be made on this server; not a failure. */
export class CheckSkipped extends Error {
  override readonly name = 'CheckSkipped';
}

/** The database did not do what it must. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** Fails the check with the sentence unless the condition holds. */
export function expectThat(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new CheckFailed(sentence);
}

/** Makes `emptyCollection` for one run of the gate, and drops what it made. */
export function throwawayCollections(database: Database): {
  emptyCollection: GateContext['emptyCollection'];
  dropAll: () => Promise<void>;
} {
  const prefix = `gate_${randomBytes(4).toString('hex')}_`;
  const names: string[] = [];
  return {
    async emptyCollection<T extends Document>(name: string) {
      names.push(prefix + name);
      return database.db.createCollection<T>(prefix + name);
    },
    async dropAll() {
      for (const name of names) await database.db.dropCollection(name);
    },
  };
}

/** The results of all, split into what succeeded and why the others did not. */
export async function settleAll<T>(work: readonly Promise<T>[]): Promise<{ done: T[]; errors: unknown[] }> {
  const settled = await Promise.allSettled(work);
  const done: T[] = [];
  const errors: unknown[] = [];
  for (const each of settled) {
    if (each.status === 'fulfilled') done.push(each.value);
    else errors.push(each.reason);
  }
  return { done, errors };
}
