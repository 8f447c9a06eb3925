import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import { BoundedMap } from './bounded-map.ts';

/** One request costs as many units as a minute has milliseconds; each millisecond gives back `perMinute` units. */
const UNITS_PER_REQUEST = 60_000;
const CALLERS_MAX = 50_000;

interface Bucket {
  units: number;
  at: Instant;
}

/**
 * Token buckets in whole numbers, one for each caller: `perMinute` requests at once, refilled evenly over a minute.
 * Counted in this process alone: with n processes a caller gets at most n times as much. What is remembered is bounded;
 * a caller who was forgotten begins with a full bucket.
 */
export class RateLimit {
  /** `RateLimit-Policy`, always the same. */
  readonly policy: string;
  readonly #buckets = new BoundedMap<string, Bucket>(CALLERS_MAX);
  readonly #unitsMax: number;

  constructor(
    readonly name: string,
    private readonly perMinute: number,
  ) {
    this.policy = `"${name}";q=${perMinute};w=60`;
    this.#unitsMax = perMinute * UNITS_PER_REQUEST;
  }

  /** Takes one request from the caller's bucket and returns how many are left. Throws `rate_limited`. */
  take(caller: string, now: Instant): number {
    const bucket = this.#refilled(caller, now);
    if (bucket.units < UNITS_PER_REQUEST) {
      const waitSeconds = Math.max(1, Math.ceil((UNITS_PER_REQUEST - bucket.units) / this.perMinute / 1_000));
      throw new Refusal(
        'rate_limited',
        'rate_limited',
        `More than ${this.perMinute} requests a minute: wait ${waitSeconds} s.`,
        { retryAfterSeconds: waitSeconds },
      );
    }
    bucket.units -= UNITS_PER_REQUEST;
    return Math.floor(bucket.units / UNITS_PER_REQUEST);
  }

  /** Whether `take` would throw. */
  isEmpty(caller: string, now: Instant): boolean {
    return this.#refilled(caller, now).units < UNITS_PER_REQUEST;
  }

  /** `RateLimit` with what is left, and the seconds until the bucket is full again. */
  header(left: number): string {
    return `"${this.name}";r=${left};t=${Math.ceil(((this.perMinute - left) * 60) / this.perMinute)}`;
  }

  #refilled(caller: string, now: Instant): Bucket {
    let bucket = this.#buckets.get(caller);
    if (bucket === undefined) {
      bucket = { units: this.#unitsMax, at: now };
      this.#buckets.set(caller, bucket);
      return bucket;
    }
    if (now > bucket.at) {
      bucket.units = Math.min(this.#unitsMax, bucket.units + (now - bucket.at) * this.perMinute);
      bucket.at = now;
    }
    return bucket;
  }
}
