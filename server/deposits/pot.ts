import type { Instant } from '../../programs/calendar.ts';
import type { Money } from '../../programs/money.ts';
import type { Purse } from './deposit-book.ts';

/** An envelope of this process, as it spends it. */
export interface HeldEnvelope {
  readonly id: string;
  /** Minor units it was opened with, and what is left of them. */
  readonly amount: number;
  left: number;
  /** Nothing is spent from it from here on. */
  expiresAt: Instant;
  /** Flushes that were paid from it and are not stored yet. */
  flushes: number;
  /** A flush failed after it had paid: only a count of the covers tells what was spent. */
  uncertain: boolean;
}

/** An envelope promises nothing to a flush that begins later than this before its end: what is promised may be spent. */
const DECIDING_MS = 5_000;

/** Under so many days' price an envelope is filled on demand: near the bottom nobody takes what another one needs. */
const AHEAD_DAYS_MIN = 8;

/** The envelopes that a process holds of one deposit. Touched only between two awaits, so no two flushes spend the same. */
export class Pot {
  readonly platformId: string;
  readonly currency: string;
  /** When the deposit had less than was needed. */
  dryAt: Instant | undefined;
  /** The refill under way; all who need it share it. */
  filling: Promise<void> | undefined;
  /** Days refused since something was there. */
  refusals = 0;
  #envelopes: HeldEnvelope[] = [];
  #spent = 0;

  constructor(platformId: string, currency: string) {
    this.platformId = platformId;
    this.currency = currency;
  }

  add(envelope: HeldEnvelope): void {
    this.#envelopes.push(envelope);
  }

  /** Whether one envelope has so much, and will for as long as a flush decides: rests of several do not make a day. */
  holds(amount: number, now: Instant): boolean {
    return this.#envelopes.some((envelope) => usable(envelope, now + DECIDING_MS) && envelope.left >= amount);
  }

  left(now: Instant): number {
    return this.#envelopes.reduce((sum, envelope) => sum + (usable(envelope, now) ? envelope.left : 0), 0);
  }

  /** Spends from the oldest envelope that has enough. */
  spend(amount: number, now: Instant): HeldEnvelope | undefined {
    const envelope = this.#envelopes.find((each) => usable(each, now) && each.left >= amount);
    if (envelope === undefined) return undefined;
    envelope.left -= amount;
    this.#spent += amount;
    return envelope;
  }

  /** Whether the newest envelope is half empty and worth replacing before it is needed. */
  runsLow(price: number): boolean {
    const newest = this.#envelopes.at(-1);
    return newest !== undefined && newest.amount >= price * AHEAD_DAYS_MIN && newest.left * 2 < newest.amount;
  }

  /** What was spent since it was asked last. */
  takeSpent(): number {
    const spent = this.#spent;
    this.#spent = 0;
    return spent;
  }

  expireAll(): void {
    for (const envelope of this.#envelopes) envelope.expiresAt = -Infinity;
  }

  /**
   * Lets go of envelopes that are used up or over and that no flush waits for; answers those of which everything is known to
   * be stored. The uncertain ones are left to the count.
   */
  takeSettled(now: Instant): readonly HeldEnvelope[] {
    const done = this.#envelopes.filter(
      (envelope) => envelope.flushes === 0 && (envelope.left === 0 || !usable(envelope, now)),
    );
    if (done.length === 0) return done;
    this.#envelopes = this.#envelopes.filter((envelope) => !done.includes(envelope));
    return done.filter(({ uncertain }) => !uncertain);
  }
}

const usable = ({ expiresAt, uncertain }: HeldEnvelope, now: Instant): boolean => !uncertain && now < expiresAt;

interface Paid {
  readonly pot: Pot;
  readonly envelope: HeldEnvelope;
  readonly coverId: string;
  readonly amount: number;
}

interface Source {
  pay(platformId: string, price: Money): HeldEnvelope | undefined;
  /** A flush is through with this pot. */
  settled(pot: Pot): void;
}

/** What one flush paid for, until it is known to be stored. */
export class MemoryPurse implements Purse {
  readonly #source: Source;
  readonly #potOf: (platformId: string, currency: string) => Pot;
  #paid: Paid[] = [];

  constructor(source: Source, potOf: (platformId: string, currency: string) => Pot) {
    this.#source = source;
    this.#potOf = potOf;
  }

  pay(coverId: string, platformId: string, price: Money): string | undefined {
    const envelope = this.#source.pay(platformId, price);
    if (envelope === undefined) return undefined;
    envelope.flushes += 1;
    this.#paid.push({ pot: this.#potOf(platformId, price.currency), envelope, coverId, amount: price.amount });
    return envelope.id;
  }

  stored(notOurs: ReadonlySet<string>): void {
    for (const { envelope, coverId, amount } of this.#paid) if (notOurs.has(coverId)) envelope.left += amount;
    this.#end();
  }

  uncertain(): void {
    for (const { envelope } of this.#paid) envelope.uncertain = true;
    this.#end();
  }

  #end(): void {
    for (const { envelope } of this.#paid) envelope.flushes -= 1;
    for (const pot of new Set(this.#paid.map(({ pot }) => pot))) this.#source.settled(pot);
    this.#paid = [];
  }
}
