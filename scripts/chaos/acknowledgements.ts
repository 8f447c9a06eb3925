import { closeSync, openSync, writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { waitUntil } from '../../server/database/embedded/wait-until.ts';
import type { SentEvent } from './traffic.ts';

/** An answer to an event, without `replayed`. */
export type Answer = Readonly<Record<string, unknown>>;

/**
 * What the clients sent and what they were promised: in memory for the auditor, and in a file for whoever looks into a
 * failure (a JSON line per acknowledgement).
 */
export class AcknowledgementLog {
  /** By the event's id. */
  readonly sent = new Map<string, SentEvent>();
  /** The first answer to each acknowledged event, by its id. */
  readonly answers = new Map<string, Answer>();
  /** Events that were answered differently when they were sent again. */
  readonly contradictions: string[] = [];
  /** Answers that nobody should get: a 500, a refusal of a good event, an answer that cannot be read. */
  readonly unexpected: string[] = [];
  /** How many requests (and, where they differ, items of batches) ended in which way. */
  readonly outcomes = new Map<string, number>();
  readonly #file: number;
  #lastAt: number | undefined;
  #longestGapMs = 0;

  constructor(file: string) {
    this.#file = openSync(file, 'a');
  }

  get acknowledged(): number {
    return this.answers.size;
  }

  sending(events: readonly SentEvent[]): void {
    for (const event of events) this.sent.set(event.id, event);
  }

  acknowledge(event: SentEvent, answer: Answer): void {
    const first = this.answers.get(event.id);
    if (first !== undefined) {
      if (isDeepStrictEqual(first, answer)) return;
      this.contradictions.push(`${event.id}: first ${JSON.stringify(first)}, then ${JSON.stringify(answer)}`);
      return;
    }
    this.answers.set(event.id, answer);
    writeSync(this.#file, `${JSON.stringify({ id: event.id, answer })}\n`);
    this.#passed();
  }

  count(outcome: string, times = 1): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + times);
  }

  /** How many of which, as one line. */
  tally(): string {
    return [...this.outcomes].map(([outcome, times]) => `${outcome}: ${times}`).join(', ');
  }

  /** Waits until that many events are acknowledged in all. Throws after `deadlineMs`, or as soon as `failed` says why. */
  async until(acknowledged: number, deadlineMs: number, failed: () => string | undefined): Promise<void> {
    const seen = await waitUntil(deadlineMs, () => {
      const why = failed();
      if (why !== undefined) throw new Error(why);
      return this.acknowledged >= acknowledged ? true : undefined;
    });
    if (seen === undefined) {
      throw new Error(
        `${this.acknowledged} of ${acknowledged} events were acknowledged after ${deadlineMs / 1_000} s; ${this.tally()}.`,
      );
    }
  }

  /** From here on gaps without a new acknowledgement count. */
  watchGaps(): void {
    this.#lastAt = performance.now();
    this.#longestGapMs = 0;
  }

  /** The longest time without a new acknowledgement since `watchGaps`, what runs now included. */
  longestGapMs(): number {
    this.#passed();
    return Math.round(this.#longestGapMs);
  }

  close(): void {
    closeSync(this.#file);
  }

  #passed(): void {
    const now = performance.now();
    if (this.#lastAt !== undefined) this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#lastAt);
    this.#lastAt = now;
  }
}
