import { MongoServerError } from 'mongodb';

/** Whether the database refused a write because its `_id`, or another unique key, is taken. Ask outside of transactions only. */
export function isDuplicateKey(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && error.code === 11000;
}
