import { hash, randomBytes, randomFillSync } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** Crockford's base 32, lower case: no i, l, o, u. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Every kind of id we hand out, by its prefix. */
export type IdPrefix =
  | 'car'
  | 'plt'
  | 'key'
  | 'per'
  | 'wrk'
  | 'tok'
  | 'pol'
  | 'cns'
  | 'stm'
  | 'req'
  | 'una'
  | 'dis'
  | 'opr'
  // Money: payee, payout, a worker's lease, invoice, deposit top-up, envelope, settlement, bordereau, bank file, exception, provider's event
  | 'pye'
  | 'pyo'
  | 'lse'
  | 'inv'
  | 'top'
  | 'env'
  | 'stl'
  | 'brd'
  | 'bnk'
  | 'exc'
  | 'pev'
  // Told to the outside: event, webhook endpoint, delivery
  | 'evt'
  | 'whe'
  | 'dlv';

export interface IdMaker {
  /** A new id, `<prefix>_<26 characters>`: 48 bits of time in ms (so ids sort by creation), 80 random bits. */
  next(prefix: IdPrefix): string;
}

export function idMaker(clock: Clock): IdMaker {
  return { next: (prefix) => `${prefix}_${encodeTime(clock.now())}${base32(tenRandomBytes())}` };
}

// Asking the system for ten bytes at a time would cost more than the rest of a request's id.
const pool = randomBytes(8_000);
let poolAt = pool.length;

/** Each byte of the pool is handed out once; read it before the next call. */
function tenRandomBytes(): Uint8Array {
  if (poolAt + 10 > pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += 10;
  return pool.subarray(poolAt - 10, poolAt);
}

/** An id for a fact with a natural key: the same parts always give the same id; parts are delimited without ambiguity. */
export function deterministicId(prefix: IdPrefix, ...parts: readonly string[]): string {
  const digest = hash('sha256', JSON.stringify(parts), 'buffer');
  return `${prefix}_${base32(digest.subarray(0, 16)).slice(0, 26)}`;
}

/** `bytes` random bytes in base 32: tokens, codes, secrets. */
export function randomText(bytes: number): string {
  return base32(randomBytes(bytes));
}

function encodeTime(at: number): string {
  let text = '';
  for (let rest = at, i = 0; i < 10; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET.charAt((value << (5 - bits)) & 31) : text;
}
