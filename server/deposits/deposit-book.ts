import type { Money } from '../../programs/money.ts';

/** What the starts of a flush may cost at most on the deposit of one platform. */
export interface Need {
  readonly platformId: string;
  readonly currency: string;
  /** Minor units, above zero. */
  readonly amount: number;
  /** Of the dearest day among them. */
  readonly price: number;
}

/** Pays for new covers of prepaid policies, in memory. */
export interface Payer {
  /** The id of the envelope that paid, or undefined: the deposit is empty. */
  pay(coverId: string, platformId: string, price: Money): string | undefined;
}

/** The payer of one flush, which tells what became of what it paid for. One of the two ends it. */
export interface Purse extends Payer {
  /** All is stored. `notOurs` are covers that were there before: their price goes back into the envelope. */
  stored(notOurs: ReadonlySet<string>): void;
  /** What is stored is not certain: the envelopes are used no more, and what they paid for is counted later (G21). */
  uncertain(): void;
}

/** The envelopes of this process (G21): it spends them in memory, and fills them before they run dry. */
export interface DepositBook {
  /**
   * Undefined when memory holds what is needed, or the deposit is known to hold no more; else wait and ask again.
   * Deciding right after undefined, in the same turn, is deciding with what was asked for.
   */
  shortOf(needs: readonly Need[]): Promise<void> | undefined;
  openPurse(): Purse;
  /** A payer that only looks: for what would be answered. */
  look(needs: readonly Need[]): Promise<Payer>;
  /** Something was paid in: the next need looks at the deposit at once. Other processes see it within a second. */
  forget(platformId: string, currency: string): void;
  /** Gives back what lies in envelopes whose time is over; called now and then. */
  retire(): void;
  /** Gives everything back, after the last flush. What fails is left to `settleEnvelopes`. */
  close(): Promise<void>;
}
