import type { Instant, Interval } from '../../programs/calendar.ts';
import type { Movement } from '../../programs/payments/compare-movements.ts';
import type { Sighting } from '../../programs/payments/fold-sightings.ts';
import type { Money } from '../../programs/money.ts';
import type { PaymentFact } from './payment-fact.ts';
import type { PaymentProvider } from './payment-port.ts';
import type { SandboxAccess } from './sandbox-access.ts';

/** A verified webhook, reduced to what is stored. */
export interface ReceivedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly createdAt: Instant;
  readonly subject: string;
  /** What kind of object the subject is, in the provider's word. */
  readonly object: string;
  /** Whether anything of ours depends on events of its type. */
  readonly relevant: boolean;
  /** What it shows, where it says so itself; else the object is fetched when its events are folded. */
  readonly seen?: Sighting;
}

export interface ProviderMovements {
  /** What happened, as facts: the same ones that its webhooks make. */
  readonly facts: readonly PaymentFact[];
  /** What moved and is none of ours, or of a kind that we do not know. */
  readonly foreign: readonly Movement[];
}

/** Money that goes back to who paid it. */
export interface RefundOrder {
  /** The provider's name of the payment page that was paid. */
  readonly paymentRef: string;
  readonly amount: Money;
  /** Ours: one refund for ever. */
  readonly key: string;
}

export interface MadeRefund {
  readonly refundRef: string;
}

/**
 * A provider that tells by webhooks and can be read again: what its books say, against ours. All methods but `receive` are
 * network calls and throw `unavailable` / `provider_unavailable`, `conflict` / `provider_refused`.
 */
export interface ReadableProvider extends PaymentProvider {
  /**
   * Checks who sent a webhook and reads it. Throws `invalid` / `webhook_signature_invalid`, `webhook_time_out_of_bounds`,
   * `webhook_unreadable`, `unprocessable` / `webhook_mode_mismatch`.
   */
  receive(content: Uint8Array, signature: string | undefined, now: Instant): Promise<ReceivedEvent>;
  /** All that an object's present state shows; `at` is the time of its latest event. */
  fetchSightings(object: string, subject: string, at: Instant): Promise<readonly Sighting[]>;
  /** The refund that was made under a key, if there is one. Throws `payment_not_paid` too. */
  findRefund(order: Pick<RefundOrder, 'paymentRef' | 'key'>): Promise<MadeRefund | undefined>;
  /** Gives a payer money back, once for each key; it is booked when the provider tells of it. Throws `payment_not_paid` too. */
  refundPayment(order: RefundOrder): Promise<MadeRefund>;
  /** Settlements by the time at which the provider began them; a fact's `occurredAt` is when its money is there. */
  readSettlements(within: Interval): Promise<ProviderMovements>;
  /** Payments in, payouts and what went back, by the time at which they were made. */
  readMovements(within: Interval): Promise<ProviderMovements>;
  /** What it holds for us and has settled. */
  readBalances(): Promise<readonly Money[]>;
}

/** The providers that are set up, by name; `provider-of.ts` answers one or refuses. */
export interface PaymentProviders {
  /** Stripe, or our fake of it. */
  readonly stripe?: ReadableProvider;
  readonly bank_file?: PaymentProvider;
  /** Behind `stripe`, where there is no key of Stripe. */
  readonly sandbox?: SandboxAccess;
}
