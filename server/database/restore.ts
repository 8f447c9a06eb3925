import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BSON } from 'mongodb';
import type { Document, IndexDescription } from 'mongodb';
import { readManifest } from './backup-manifest.ts';
import type { BackupManifest, CollectionManifest } from './backup-manifest.ts';
import type { Database } from './connect.ts';
import { DatabaseTrouble } from './database-trouble.ts';

export interface RestoreOptions {
  onProgress?: (line: string) => void;
}

const BATCH = 500;

/**
 * Fills an empty database from a backup folder: collections with their options, documents with their exact types,
 * then indexes. All files are checked against their SHA-256 before the first write, and the documents are counted
 * after the last. Throws `DatabaseTrouble`: `restore_refused` when the database holds anything, `backup_damaged`.
 */
export async function restore(
  database: Pick<Database, 'db'>,
  folder: string,
  options: RestoreOptions = {},
): Promise<BackupManifest> {
  const manifest = await readManifest(folder);
  await assertEmpty(database);
  for (const collection of manifest.collections) await assertUndamaged(folder, collection);
  for (const collection of manifest.collections) {
    await restoreCollection(database, folder, collection);
    options.onProgress?.(`${collection.name}: ${collection.documents} documents`);
  }
  return manifest;
}

/** Throws `DatabaseTrouble` `restore_refused` when the database holds anything. */
export async function assertEmpty({ db }: Pick<Database, 'db'>): Promise<void> {
  const [first] = await db.listCollections({}, { nameOnly: true }).toArray();
  if (first === undefined) return;
  throw new DatabaseTrouble(
    'restore_refused',
    `The database ${db.databaseName} is not empty (it has the collection ${first.name}): restore into a new one.`,
  );
}

async function assertUndamaged(folder: string, { file, sha256 }: CollectionManifest): Promise<void> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(join(folder, file)), hash);
  } catch (error) {
    throw new DatabaseTrouble('backup_damaged', `${file} of the backup cannot be read.`, { cause: error });
  }
  if (hash.digest('hex') !== sha256) {
    throw new DatabaseTrouble('backup_damaged', `${file} is not what the backup wrote: its SHA-256 differs.`);
  }
}

async function restoreCollection(
  { db }: Pick<Database, 'db'>,
  folder: string,
  { name, file, documents, options, indexes }: CollectionManifest,
): Promise<void> {
  const collection = await db.createCollection(name, options);
  let count = 0;
  let batch: Document[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    // Documents written before a validator was tightened are restored as they were.
    await collection.insertMany(batch, { ordered: false, bypassDocumentValidation: true, ignoreUndefined: false });
    count += batch.length;
    batch = [];
  };
  const lines = createInterface({
    input: createReadStream(join(folder, file)).pipe(createGunzip()),
    crlfDelay: Infinity,
  });
  for await (const line of lines) {
    batch.push(toDocument(line, file));
    if (batch.length === BATCH) await flush();
  }
  await flush();
  if (count !== documents) {
    throw new DatabaseTrouble('backup_damaged', `${file} holds ${count} documents, its manifest says ${documents}.`);
  }
  if (indexes.length > 0) await collection.createIndexes(indexes.map(toIndexDescription));
}

function toDocument(line: string, file: string): Document {
  const value: unknown = BSON.EJSON.parse(line, { relaxed: false });
  if (typeof value === 'object' && value !== null) return value;
  throw new DatabaseTrouble('backup_damaged', `${file} holds a line that is no document.`);
}

/** `v`, the version of the index's format, is the server's own choice. */
function toIndexDescription(index: Document): IndexDescription {
  const key: unknown = index.key;
  if (typeof key !== 'object' || key === null) {
    throw new DatabaseTrouble('backup_damaged', 'The manifest has an index without a key.');
  }
  const options = Object.fromEntries(Object.entries(index).filter(([name]) => name !== 'key' && name !== 'v'));
  // A map, because an object would put keys that look like numbers first.
  return { ...options, key: new Map(Object.entries(key)) };
}
