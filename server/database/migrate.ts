import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import { MongoServerError } from 'mongodb';
import type { Clock } from '../clock.ts';
import type { Database } from './connect.ts';
import { DatabaseTrouble } from './database-trouble.ts';
import { waitUntil } from './embedded/wait-until.ts';
import { migrations as allMigrations } from './migrations/index.ts';

/** One step of the database's shape. Idempotent: it may run again after a crash in its middle. */
export interface Migration {
  /** `0001-what-it-does`; never changed once published. */
  readonly id: string;
  up(db: Db): Promise<void>;
}

export interface MigrateOptions {
  /** Where time comes from; `services.clock` in programs. */
  clock: Clock;
  onProgress?: (line: string) => void;
  migrations?: readonly Migration[];
  /** A process that has not renewed its lease for this long is taken for dead. Default one minute. */
  leaseMs?: number;
  /** How long to wait for another process that is migrating. Default 10 minutes. */
  waitMsMax?: number;
}

interface MigrationRecord {
  _id: string;
  appliedAt: Date;
}

interface Lease {
  _id: string;
  holder: string;
  expiresAt: Date;
}

const LEASE_ID = 'migrate';
const DUPLICATE_KEY = 11000;

/** Ids of the migrations that were not yet applied, in order. */
export async function pendingMigrations(
  database: Pick<Database, 'db'>,
  migrations: readonly Migration[] = allMigrations,
): Promise<string[]> {
  return (await pending(database.db, migrations)).map((migration) => migration.id);
}

/**
 * Applies what is pending, in order, and returns the ids that this call applied. Of several processes that call it at
 * once one works, under a lease that it renews; the others wait until all is done. A process that died is replaced when
 * its lease has run out. Throws `DatabaseTrouble` `migration_failed`; what was applied before stays applied.
 */
export async function migrate(database: Pick<Database, 'db'>, options: MigrateOptions): Promise<string[]> {
  const { db } = database;
  const migrations = inOrder(options.migrations ?? allMigrations);
  if ((await pending(db, migrations)).length === 0) return [];

  const holder = `${hostname()}:${process.pid}:${randomUUID()}`;
  const outcome = await waitUntil(
    options.waitMsMax ?? 600_000,
    async () => {
      if (await takeLease(db, holder, options)) return 'mine' as const;
      return (await pending(db, migrations)).length === 0 ? ('done' as const) : undefined;
    },
    100,
  );
  if (outcome === undefined) {
    throw new DatabaseTrouble(
      'migration_failed',
      'Another process has held the migration lease for too long: see what it does, then start again.',
    );
  }
  return outcome === 'done' ? [] : applyUnderLease(db, holder, migrations, options);
}

async function applyUnderLease(
  db: Db,
  holder: string,
  migrations: readonly Migration[],
  options: MigrateOptions,
): Promise<string[]> {
  let lost: Error | undefined;
  const renew = setInterval(
    () => {
      takeLease(db, holder, options).then(
        (kept) => (lost ??= kept ? undefined : new Error('the lease was taken by another process')),
        (error: unknown) => (lost ??= new Error('the lease could not be renewed', { cause: error })),
      );
    },
    Math.ceil((options.leaseMs ?? 60_000) / 4),
  );
  const applied: string[] = [];
  let current = '';
  try {
    for (const migration of await pending(db, migrations)) {
      current = migration.id;
      options.onProgress?.(`Migrating: ${migration.id}`);
      await migration.up(db);
      if (lost !== undefined) throw lost;
      await records(db).updateOne(
        { _id: migration.id },
        { $setOnInsert: { appliedAt: new Date(options.clock.now()) } },
        { upsert: true },
      );
      applied.push(migration.id);
    }
    return applied;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new DatabaseTrouble('migration_failed', `Migration ${current} failed: ${said}.`, { cause: error });
  } finally {
    clearInterval(renew);
    await leases(db).deleteOne({ _id: LEASE_ID, holder });
  }
}

async function pending(db: Db, migrations: readonly Migration[]): Promise<Migration[]> {
  const applied = new Set((await records(db).find().toArray()).map((record) => record._id));
  return migrations.filter((migration) => !applied.has(migration.id));
}

/** Takes or renews the lease; false while another process holds it. */
async function takeLease(db: Db, holder: string, options: MigrateOptions): Promise<boolean> {
  const now = options.clock.now();
  try {
    await leases(db).updateOne(
      { _id: LEASE_ID, $or: [{ holder }, { expiresAt: { $lte: new Date(now) } }] },
      { $set: { holder, expiresAt: new Date(now + (options.leaseMs ?? 60_000)) } },
      { upsert: true },
    );
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
    throw error;
  }
}

function inOrder(migrations: readonly Migration[]): readonly Migration[] {
  for (const [index, migration] of migrations.entries()) {
    const previous = migrations[index - 1];
    if (previous !== undefined && previous.id >= migration.id) {
      throw new Error(`Migrations are out of order: ${previous.id} stands before ${migration.id}.`);
    }
  }
  return migrations;
}

function records(db: Db): Collection<MigrationRecord> {
  return db.collection<MigrationRecord>('migrations');
}

function leases(db: Db): Collection<Lease> {
  return db.collection<Lease>('leases');
}
