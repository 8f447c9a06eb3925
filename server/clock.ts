import type { Instant } from '../programs/calendar.ts';

/** The only source of the present. Use cases ask it once, at the top, and pass `now` on. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock for tests: stands still until it is moved. */
export class MovableClock implements Clock {
  #at: Instant;
  constructor(at: Instant) {
    this.#at = at;
  }
  now(): Instant {
    return this.#at;
  }
  set(at: Instant): void {
    this.#at = at;
  }
  advance(ms: number): void {
    this.#at += ms;
  }
}
