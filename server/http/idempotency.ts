import { hash } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import { MongoServerError } from 'mongodb';
import { Refusal } from '../../programs/refusal.ts';
import { actorName } from '../actor.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Services } from '../services.ts';
import { canonicalJson } from './canonical-json.ts';
import type { IdempotencyDocument } from './idempotency-model.ts';
import type { Reply, RouteRequest } from './route.ts';

/** How long a key is remembered: 30 days. */
const KEPT_MS = 30 * 86_400_000;
const DUPLICATE_KEY = 11000;
const WRITE_CONFLICT = 112;

type OnceServices = Pick<Services, 'database' | 'models' | 'clock' | 'secrets'>;
type OnceRequest = Pick<RouteRequest, 'actor' | 'idempotencyKey' | 'params' | 'query' | 'body'>;

/**
 * Does `work` once for each `Idempotency-Key` of a caller and operation (DESIGN 9), and stores its reply in the same
 * transaction as its effect; the same request again gets the stored reply with `Idempotency-Replayed: true`. `work` runs
 * inside `inTransaction` and follows its rules: it may run several times, and passes `session` on. What `work` throws is
 * not stored, and undoes everything: the key is free again.
 *
 * Replies are encrypted, because some carry a token that is shown once. They must be `json` replies.
 * Throws `conflict` / `idempotency_key_running` while the first request runs, here or in another process, and
 * `unprocessable` / `idempotency_key_reused` when the key came with another request.
 */
export async function once(
  services: OnceServices,
  request: OnceRequest,
  operationId: string,
  work: (session: ClientSession) => Promise<Reply>,
): Promise<Reply> {
  const key = checkIdempotencyKey(request.idempotencyKey);
  const id = `${actorName(request.actor)}/${operationId}/${key}`;
  const requestHash = hash('sha256', canonicalJson([request.params, request.query, request.body]), 'base64url');

  const stored = await find(services, id);
  if (stored !== null) return replay(services, stored, requestHash);

  try {
    return await inTransaction(services.database, async (session) => {
      await reserve(services, id, requestHash, session);
      const reply = await work(session);
      const packed = { status: reply.status, reply: pack(services, reply) };
      await services.models.idempotency.updateOne({ _id: id }, { $set: packed }, { session });
      return reply;
    });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === DUPLICATE_KEY)) throw error;
    // The other one was through between our look and our insert; else the duplicate is one of `work`, and its to tell.
    const winner = await find(services, id);
    if (winner === null) throw error;
    return replay(services, winner, requestHash);
  }
}

/** The form of an `Idempotency-Key`. Throws `idempotency_key_missing`, `idempotency_key_invalid`. */
export function checkIdempotencyKey(key: string | undefined): string {
  if (key === undefined || key === '') {
    throw new Refusal(
      'invalid',
      'idempotency_key_missing',
      'This operation needs an Idempotency-Key header, so that sending it twice does it once: make one up (a UUID, say).',
    );
  }
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Refusal(
      'invalid',
      'idempotency_key_invalid',
      'The Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.',
    );
  }
  return key;
}

/** First of all writes: two requests with one key meet here, before either has done anything. */
async function reserve(services: OnceServices, id: string, requestHash: string, session: ClientSession): Promise<void> {
  const now = services.clock.now();
  const reservation: IdempotencyDocument = {
    _id: id,
    requestHash,
    status: 0,
    reply: 'running',
    createdAt: new Date(now),
    expiresAt: new Date(now + KEPT_MS),
  };
  try {
    await services.models.idempotency.insertMany([reservation], { session });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === WRITE_CONFLICT)) throw error;
    // The driver would run us again and again until the other one is through; the caller is told instead.
    throw new Refusal(
      'conflict',
      'idempotency_key_running',
      'A request with this Idempotency-Key is being handled: send it again in a moment to get its answer.',
      { retryAfterSeconds: 1 },
    );
  }
}

function find(services: OnceServices, id: string) {
  return services.models.idempotency.findById(id).lean();
}

function replay(services: OnceServices, stored: IdempotencyDocument, requestHash: string): Reply {
  if (stored.requestHash !== requestHash) {
    throw new Refusal(
      'unprocessable',
      'idempotency_key_reused',
      'This Idempotency-Key came with another request before: use a new key for a new request.',
    );
  }
  const { headers, json } = unpack(services, stored.reply);
  return { status: stored.status, headers: { ...headers, 'Idempotency-Replayed': 'true' }, json };
}

interface PackedReply {
  readonly headers: Readonly<Record<string, string>>;
  readonly json: unknown;
}

function pack(services: OnceServices, reply: Reply): string {
  if (reply.bytes !== undefined || reply.stream !== undefined) throw new Error('once() keeps json replies only.');
  const packed: PackedReply = { headers: reply.headers ?? {}, json: reply.json };
  return services.secrets.wrap(JSON.stringify(packed));
}

function unpack(services: OnceServices, text: string): PackedReply {
  const packed: unknown = JSON.parse(services.secrets.unwrap(text));
  if (!isPackedReply(packed)) throw new Error('A stored reply cannot be read.');
  return packed;
}

function isPackedReply(value: unknown): value is PackedReply {
  return typeof value === 'object' && value !== null && 'headers' in value;
}
