import type { Db, IndexDescription } from 'mongodb';

/** What a migration wants of one collection. */
export interface CollectionPlan {
  readonly indexes?: readonly IndexDescription[];
  /** Guards what code could silently get wrong: money that is not a long (M1), days that are not days. */
  readonly validator?: { readonly required: readonly string[]; readonly properties: Readonly<Record<string, unknown>> };
}

/**
 * Makes the collections of a migration where they are missing, with validators and indexes. Collections must exist before
 * their first transaction. May run again after a crash in its middle.
 */
export async function makeCollections(db: Db, plan: Readonly<Record<string, CollectionPlan>>): Promise<void> {
  const existing = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  for (const [name, { indexes = [], validator }] of Object.entries(plan)) {
    if (!existing.has(name)) await db.createCollection(name);
    if (validator) {
      await db.command({
        collMod: name,
        validator: { $jsonSchema: { bsonType: 'object', ...validator } },
        // Unlike the driver's own methods, a bare command does not take the connection's write concern.
        writeConcern: { w: 'majority', j: true },
      });
    }
    if (indexes.length > 0) await db.collection(name).createIndexes([...indexes]);
  }
}
