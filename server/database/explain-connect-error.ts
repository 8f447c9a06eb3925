import { MongoServerError } from 'mongodb';
import { DatabaseTrouble } from './database-trouble.ts';

/** By name: two packages have a class of the first one. */
const UNREADABLE: ReadonlySet<string> = new Set(['MongoParseError', 'MongoAPIError', 'MongoInvalidArgumentError']);

const ACCESS_CODES: ReadonlySet<unknown> = new Set([13, 18, 8000]);

/** Makes one sentence of why connecting failed. Names hosts, never credentials. */
export function explainConnectError(error: unknown, uri: string, waitedMs: number): unknown {
  if (error instanceof MongoServerError && ACCESS_CODES.has(error.code)) {
    return new DatabaseTrouble(
      'access_denied',
      `The database at ${hostsOf(uri)} refuses access: check the user, the password and authSource in MONGODB_URI.`,
      { cause: error },
    );
  }
  if (error instanceof Error && UNREADABLE.has(error.name)) {
    return new DatabaseTrouble('uri_invalid', `MONGODB_URI cannot be read: ${withoutCredentials(error.message)}.`, {
      cause: error,
    });
  }
  if (
    error instanceof Error &&
    /ServerSelection|Network|Timeout|ENOTFOUND|ECONNREFUSED/.test(`${error.name} ${error.message}`)
  ) {
    return new DatabaseTrouble(
      'unreachable',
      `The database at ${hostsOf(uri)} cannot be reached or has no primary (tried for ${Math.ceil(waitedMs / 1_000)} s): ${withoutCredentials(error.message)}. Check MONGODB_URI and that the replica set runs.`,
      { cause: error },
    );
  }
  return error;
}

function hostsOf(uri: string): string {
  return /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/?]+)/.exec(uri)?.[1] ?? 'MONGODB_URI';
}

function withoutCredentials(message: string): string {
  return message.replace(/\/\/[^@/\s]*@/g, '//').replace(/\.$/, '');
}
