import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BSON } from 'mongodb';
import type { Document } from 'mongodb';
import { DatabaseTrouble } from './database-trouble.ts';

export const MANIFEST_FILE = 'manifest.json';

/** One collection of a backup. */
export interface CollectionManifest {
  readonly name: string;
  /** Beside the manifest. */
  readonly file: string;
  readonly documents: number;
  /** Of the compressed file, lower-case hexadecimal. */
  readonly sha256: string;
  /** As `createCollection` takes them: validators and the like. */
  readonly options: Document;
  /** As `listIndexes` gives them, without the one on `_id`. */
  readonly indexes: readonly Document[];
}

/** What a backup folder holds. */
export interface BackupManifest {
  readonly format: 1;
  /** Name of the database it was taken from. */
  readonly database: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly collections: readonly CollectionManifest[];
}

/** Reads the manifest of a backup folder. Throws `DatabaseTrouble` `backup_damaged` when there is none we understand. */
export async function readManifest(folder: string): Promise<BackupManifest> {
  const path = join(folder, MANIFEST_FILE);
  let parsed: unknown;
  try {
    parsed = BSON.EJSON.parse(await readFile(path, 'utf8'), { relaxed: true });
  } catch (error) {
    throw new DatabaseTrouble(
      'backup_damaged',
      `There is no readable backup in ${folder}: ${MANIFEST_FILE} is missing or damaged.`,
      { cause: error },
    );
  }
  if (!isManifest(parsed)) {
    throw new DatabaseTrouble('backup_damaged', `${path} is not a backup of a format that this version can read.`);
  }
  for (const { file } of parsed.collections) assertCollectionFile(file);
  return parsed;
}

/** A manifest names files beside it, nothing else on the disk. */
export function assertCollectionFile(file: string): void {
  if (!/^[\w.%~!'()*-]+\.jsonl\.gz$/.test(file)) {
    throw new DatabaseTrouble('backup_damaged', `The backup names a file that cannot be one of its own: ${file}.`);
  }
}

function isManifest(value: unknown): value is BackupManifest {
  if (!isRecord(value) || value.format !== 1 || typeof value.database !== 'string') return false;
  return typeof value.takenAt === 'string' && Array.isArray(value.collections) && value.collections.every(isCollection);
}

function isCollection(value: unknown): value is CollectionManifest {
  if (!isRecord(value) || typeof value.name !== 'string' || typeof value.file !== 'string') return false;
  const { documents, sha256, options, indexes } = value;
  return typeof documents === 'number' && typeof sha256 === 'string' && isRecord(options) && Array.isArray(indexes);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
