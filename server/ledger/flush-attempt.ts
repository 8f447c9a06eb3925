import { setTimeout as sleep } from 'node:timers/promises';
import { randomInt } from 'node:crypto';
import {
  MongoError,
  MongoNetworkError,
  MongoServerSelectionError,
  type ClientSession,
  type MongoClient,
  type TransactionOptions,
} from 'mongodb';
import { Refusal } from '../../programs/refusal.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';

const TRANSACTION = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', j: true },
  readPreference: 'primary',
} as const satisfies TransactionOptions;

/** How long a flush is tried before its callers are told that the ledger is away. */
const FLUSH_MS_MAX = 15_000;
/** Of random waiting after a lost race: from the first, doubled up to the last. */
const BACKOFF_MS_FIRST = 2;
const BACKOFF_MS_LAST = 100;
/**
 * A duplicate key is seen, and decided about, by the next attempt: one that the first did not look for, one that another
 * process wrote meanwhile. What comes again is no race.
 */
const DUPLICATES_MAX = 3;

export const ledgerUnavailable = (message: string): Refusal =>
  new Refusal('unavailable', 'ledger_unavailable', message, { retryAfterSeconds: 1 });

/**
 * Runs `work` in transactions until one commits: a lost race (write conflict, duplicate key, election) is tried again after
 * a random wait. Other than `inTransaction` it ends in time, and never runs `work` again once a commit went out without
 * an answer. Throws `unavailable` / `ledger_unavailable` when the outcome is open or the database away, and what `work`
 * throws otherwise, also a duplicate key that came twice.
 */
export async function commitInTime<T>(
  client: MongoClient,
  work: (session: ClientSession, attempt: number) => Promise<T>,
  msMax = FLUSH_MS_MAX,
): Promise<T> {
  const deadlineMs = performance.now() + msMax;
  let duplicates = 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await inTime(
        deadlineMs,
        runOnce(client, (session) => work(session, attempt), deadlineMs),
      );
    } catch (error) {
      if (isDuplicateKey(error)) duplicates += 1;
      if (!isLostRace(error) || duplicates >= DUPLICATES_MAX) throw error;
      if (performance.now() >= deadlineMs) {
        throw ledgerUnavailable('The ledger could not be written in time; nothing was. Doing the same again is safe.');
      }
      await sleep(randomInt(1 + Math.min(BACKOFF_MS_LAST, BACKOFF_MS_FIRST * 2 ** Math.min(attempt, 10))));
    }
  }
}

async function runOnce<T>(
  client: MongoClient,
  work: (session: ClientSession) => Promise<T>,
  deadlineMs: number,
): Promise<T> {
  const session = client.startSession();
  try {
    session.startTransaction(TRANSACTION);
    const value = await work(session);
    await commit(session, deadlineMs);
    return value;
  } finally {
    // Aborts what is still under way; to end it a second time would do nothing.
    await session.endSession();
  }
}

/** The same commit may be asked for again until its answer comes; only then is the outcome certain. */
async function commit(session: ClientSession, deadlineMs: number): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult')) throw error;
      if (performance.now() >= deadlineMs) throw outcomeUnknown();
    }
  }
}

const outcomeUnknown = (): Refusal =>
  ledgerUnavailable('The database did not answer: the units may be committed. Doing the same again is safe.');

/** A server that is there and does not answer holds nobody for ever. */
async function inTime<T>(deadlineMs: number, running: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const late = sleep(Math.max(0, deadlineMs + 1_000 - performance.now()), undefined, { signal: ended.signal }).then(
    () => {
      throw outcomeUnknown();
    },
  );
  try {
    return await Promise.race([running, late]);
  } finally {
    late.catch((error: unknown) => error);
    ended.abort();
  }
}

function isLostRace(error: unknown): boolean {
  return (
    isDuplicateKey(error) ||
    hasLabel(error, 'TransientTransactionError') ||
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError
  );
}

const hasLabel = (error: unknown, label: string): boolean => error instanceof MongoError && error.hasErrorLabel(label);
