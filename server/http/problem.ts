import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import type { RefusalDetail, RefusalKind } from '../../programs/refusal.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ProblemCode } from './problem-codes.ts';
import { PROBLEM_CODES } from './problem-codes.ts';

/** The only place that knows which HTTP status a kind of trouble is. */
export const STATUS_OF = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media: 415,
  unprocessable: 422,
  rate_limited: 429,
  unavailable: 503,
} as const satisfies Record<RefusalKind, number>;

/** RFC 9457, as it goes over the wire. */
export interface Problem {
  /** Where the code is explained. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable: see `problem-codes.ts`. */
  readonly code: string;
  /** The request's id, to be told to us. */
  readonly instance: string;
  readonly errors?: readonly RefusalDetail[];
}

/** The one sentence for bugs: what broke is for the log alone. */
const INTERNAL_DETAIL =
  'Something went wrong on our side. It has been recorded; tell us the value of instance if it stays.';

/** A refusal as the caller gets it. `origin` is where our links begin (`publicUrl`); '' makes them relative. */
export function problemOf(refusal: Refusal, instance: string, origin: string): Problem {
  return problem(STATUS_OF[refusal.kind], refusal.code, refusal.message, instance, origin, refusal.details);
}

export function internalProblem(instance: string, origin: string): Problem {
  return problem(500, 'internal', INTERNAL_DETAIL, instance, origin);
}

/** For what HTTP itself refuses (405), where there is no kind. */
export function problem(
  status: number,
  code: string,
  detail: string,
  instance: string,
  origin: string,
  errors: readonly RefusalDetail[] = [],
): Problem {
  const title = describeCode(code)?.title ?? 'The request was refused';
  const about = { type: `${origin}/docs/problems#${code}`, title, status, detail, code, instance };
  return errors.length === 0 ? about : { ...about, errors };
}

function describeCode(code: string): ProblemCode | undefined {
  const codes: Readonly<Record<string, ProblemCode>> = PROBLEM_CODES;
  return codes[code];
}

/**
 * An error as the refusal it amounts to: itself, or `unavailable` when the database is away or changing its primary
 * (whoever resends gets the right answer: every write of ours is safe to repeat). Undefined for a bug.
 */
export function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (!isDatabaseAway(error)) return undefined;
  return new Refusal(
    'unavailable',
    'database_unavailable',
    'The database cannot be reached at the moment. Send the same request again: resending is safe.',
    { retryAfterSeconds: 2 },
  );
}

function isDatabaseAway(error: unknown): boolean {
  if (error instanceof MongoServerSelectionError || error instanceof MongoNetworkError) return true;
  if (error instanceof MongoServerError && typeof error.code === 'number' && AWAY_CODES.has(error.code)) return true;
  // Mongoose holds operations back while it has no connection, and gives up with an error of its own.
  if (error instanceof Error && error.name === 'MongooseError' && error.message.includes('buffering timed out'))
    return true;
  return (
    error instanceof MongoError &&
    (AWAY_NAMES.has(error.name) ||
      error.hasErrorLabel('TransientTransactionError') ||
      error.hasErrorLabel('UnknownTransactionCommitResult') ||
      error.hasErrorLabel('RetryableWriteError'))
  );
}

/** Not primary, primary stepped down, shutdown in progress, network trouble between the servers, no quorum in time. */
const AWAY_CODES: ReadonlySet<number> = new Set([
  6, 7, 64, 89, 91, 100, 112, 133, 189, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436,
]);

const AWAY_NAMES: ReadonlySet<string> = new Set([
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoTopologyClosedError',
  'MongoNotConnectedError',
  'MongoClientClosedError',
]);
