import type { Instant } from '../../../programs/calendar.ts';
import type { Clock } from '../../../server/clock.ts';
import { DueQueue } from '../../../server/payments/sandbox/due-queue.ts';

/** How far virtual time may run ahead of work that takes real time, a database's: else every lease would run out at once. */
const AHEAD_MS_MAX = 100;

/** Everything that can go on without time passing goes on, before this resolves. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Time that passes only when everybody waits for it: whoever sleeps shortest wakes first, of two at one moment the one
 * that lay down first. So the same seed gives the same course of things to the last byte, as long as nothing takes real
 * time; what does is called through `outside`, and the course is then not repeatable.
 */
export class VirtualTime implements Clock {
  readonly #sleepers = new DueQueue();
  readonly #alarms = new Map<string, () => void>();
  readonly #outside = new Map<number, Instant>();
  #outsideEnded: (() => void) | undefined;
  #order = 0;
  #now: Instant;

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      const id = String(this.#order++);
      this.#alarms.set(id, wake);
      this.#sleepers.add({ id, dueAt: this.#now + Math.max(0, Math.floor(ms)) });
    });
  }

  sleepUntil(at: Instant): Promise<void> {
    return this.sleep(at - this.#now);
  }

  /** Work of a database or a network: virtual time all but waits for it. */
  async outside<T>(work: () => Promise<T>): Promise<T> {
    const number = this.#order++;
    this.#outside.set(number, this.#now);
    try {
      return await work();
    } finally {
      this.#outside.delete(number);
      this.#outsideEnded?.();
    }
  }

  /** Lets time pass until the story has ended; whoever still sleeps then is forgotten. Throws when nobody would ever wake. */
  async run<T>(story: () => Promise<T>): Promise<T> {
    let end: { readonly value: T } | { readonly error: unknown } | undefined;
    story().then(
      (value) => (end = { value }),
      (error: unknown) => (end = { error }),
    );
    for (;;) {
      await nextTurn();
      if (end !== undefined) break;
      const next = this.#sleepers.take(this.#horizon());
      if (next !== undefined) {
        this.#now = next.dueAt;
        this.#alarms.get(next.id)?.();
        this.#alarms.delete(next.id);
      } else if (this.#outside.size > 0) {
        await new Promise<void>((resolve) => (this.#outsideEnded = resolve));
      } else {
        throw new Error('Everybody waits, and nothing will ever happen.');
      }
    }
    if ('error' in end) throw end.error;
    return end.value;
  }

  #horizon(): Instant {
    for (const startedAt of this.#outside.values()) return startedAt + AHEAD_MS_MAX;
    return Infinity;
  }
}
