import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { BSON, MongoServerError } from 'mongodb';
import type { ClientSession, CollectionInfo, Document } from 'mongodb';
import { assertCollectionFile, MANIFEST_FILE } from './backup-manifest.ts';
import type { BackupManifest, CollectionManifest } from './backup-manifest.ts';
import type { Database } from './connect.ts';
import { DatabaseTrouble } from './database-trouble.ts';

export interface BackupOptions {
  /** Instant that the manifest bears, epoch milliseconds. */
  now: number;
  onProgress?: (line: string) => void;
}

/** Errors of the server for a snapshot that it no longer keeps: SnapshotTooOld, SnapshotUnavailable. */
const SNAPSHOT_GONE: ReadonlySet<unknown> = new Set([239, 246]);

/**
 * Writes every collection to `<folder>/<collection>.jsonl.gz`, one document a line in canonical Extended JSON (which
 * keeps every BSON type), and a manifest with counts, SHA-256, indexes and options. All collections are read as of one
 * moment. The folder must be empty or absent; the manifest is written last, so a folder without one is no backup.
 * Throws `DatabaseTrouble` `snapshot_too_old` when reading took longer than the server keeps that moment.
 */
export async function backup(
  database: Pick<Database, 'client' | 'db'>,
  folder: string,
  options: BackupOptions,
): Promise<BackupManifest> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) {
    throw new DatabaseTrouble('backup_refused', `The folder ${folder} is not empty: name a new one for the backup.`);
  }
  const session = database.client.startSession({ snapshot: true });
  try {
    const collections: CollectionManifest[] = [];
    for (const info of await realCollections(database)) {
      const written = await writeCollection(database, session, info, folder);
      options.onProgress?.(`${info.name}: ${written.documents} documents`);
      collections.push(written);
    }
    const takenAt = new Date(options.now).toISOString();
    const manifest: BackupManifest = { format: 1, database: database.db.databaseName, takenAt, collections };
    await writeFile(
      join(folder, MANIFEST_FILE),
      `${BSON.EJSON.stringify(manifest, undefined, 2, { relaxed: true })}\n`,
      {
        mode: 0o600,
      },
    );
    return manifest;
  } catch (error) {
    throw explainSnapshot(error);
  } finally {
    await session.endSession();
  }
}

async function realCollections({ db }: Pick<Database, 'db'>): Promise<CollectionInfo[]> {
  const found = await db.listCollections().toArray();
  return found
    .filter((info): info is CollectionInfo => 'options' in info && info.type === 'collection')
    .filter((info) => !info.name.startsWith('system.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function writeCollection(
  { db }: Pick<Database, 'db'>,
  session: ClientSession,
  info: CollectionInfo,
  folder: string,
): Promise<CollectionManifest> {
  const file = `${encodeURIComponent(info.name)}.jsonl.gz`;
  assertCollectionFile(file);
  const hash = createHash('sha256');
  let documents = 0;
  // Raw values: a 64-bit integer that happens to be small must not come back as a 32-bit one.
  const rawTypes = { promoteLongs: false, promoteValues: false, promoteBuffers: false };
  // Named although the session is a snapshot one: the connection's own read concern would win over the session's.
  const readConcern = { level: 'snapshot' } as const;
  const cursor = db
    .collection(info.name)
    .find({}, { session, readConcern, sort: { _id: 1 }, allowDiskUse: true, ...rawTypes });
  const lines = async function* (): AsyncGenerator<string> {
    for await (const document of cursor) {
      documents += 1;
      yield `${BSON.EJSON.stringify(document, { relaxed: false })}\n`;
    }
  };
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.from(lines()), createGzip(), hashing, createWriteStream(join(folder, file), { mode: 0o600 }));
  const indexes: Document[] = await db.collection(info.name).indexes();
  return {
    name: info.name,
    file,
    documents,
    sha256: hash.digest('hex'),
    options: { ...info.options },
    indexes: indexes.filter((index) => index.name !== '_id_'),
  };
}

function explainSnapshot(error: unknown): unknown {
  if (!(error instanceof MongoServerError) || !SNAPSHOT_GONE.has(error.code)) return error;
  return new DatabaseTrouble(
    'snapshot_too_old',
    'The backup took longer than the server keeps a moment of the past: raise minSnapshotHistoryWindowInSeconds (300 by default) on the server, then take it again.',
    { cause: error },
  );
}
