import type { Instant } from '../calendar.ts';
import { money, subtractMoney } from '../money.ts';
import type { TransferKind } from '../ledger/transfer-kinds.ts';
import type { Movement } from './compare-movements.ts';
import type { PaymentFact, ProviderName } from './payment-fact.ts';

/** Names a payout on both sides; each has at most one that moved money. */
const payoutKey = (payoutId: string): string => `payout:${payoutId}`;

/** Names a sweep on both sides, by the provider's object or the bank's reference. */
export const sweepKey = (provider: ProviderName, reference: string): string => `sweep:${provider}:${reference}`;

/** What a provider told, as a movement of its money; undefined for what moves none, or only takes one back. */
export function movementOfFact(fact: PaymentFact): Movement | undefined {
  const { providerRef: ref, occurredAt: at, factId: key } = fact;
  switch (fact.kind) {
    case 'payout_changed':
      return fact.payout.state === 'posted'
        ? { key: payoutKey(fact.payout.payoutId), what: 'payout', amount: fact.payout.amount, at, ref }
        : undefined;
    case 'invoice_paid':
      return { key, what: 'invoice_payment', amount: fact.amount, at, ref };
    case 'top_up_paid':
      return { key, what: 'top_up', amount: fact.amount, at, ref };
    case 'payment_reversed':
      return { key, what: 'reversal', amount: fact.amount, at, ref };
    case 'payment_settled':
      return { key, what: 'settlement', amount: subtractMoney(fact.gross, fact.fee), at, ref };
    case 'bank_received':
      return undefined;
  }
}

/** A transfer of the ledger, as far as it says what moved at a provider. */
export interface BookedMovement {
  readonly id: string;
  readonly kind: TransferKind;
  readonly debit: string;
  readonly credit: string;
  readonly amount: number;
  readonly currency: string;
  readonly bookedAt: Instant;
  readonly refs: Readonly<Record<string, string>>;
}

/**
 * The movements that posted transfers of a provider's cash, clearing and disputed accounts speak of. What is booked of a fact carries
 * the fact's id within its own, and its parts (gross and fee, paid and overpaid) add up to one movement.
 */
export function movementsOfBooks(transfers: readonly BookedMovement[], provider: ProviderName): readonly Movement[] {
  const movements = new Map<string, Movement>();
  const cash = `cash:${provider}:`;
  for (const transfer of transfers) {
    const named = nameOf(transfer, provider);
    if (named === undefined) continue;
    const { key, what } = named;
    // Of settlements and sweeps what came into cash, of the others how much it was.
    const isOut = (what === 'settlement' || what === 'sweep') && transfer.credit.startsWith(cash);
    const amount = isOut ? -transfer.amount : transfer.amount;
    const before = movements.get(key);
    movements.set(key, {
      ...{ key, what, at: before?.at ?? transfer.bookedAt, ref: before?.ref ?? transfer.id },
      amount: money((before?.amount.amount ?? 0) + amount, transfer.currency),
    });
  }
  return [...movements.values()];
}

const WHAT_OF: Readonly<Record<string, Movement['what']>> = {
  settled: 'settlement',
  reversed: 'reversal',
  paid: 'invoice_payment',
};

function nameOf(transfer: BookedMovement, provider: ProviderName): Pick<Movement, 'key' | 'what'> | undefined {
  const { id, kind, refs, credit, debit } = transfer;
  switch (kind) {
    case 'payout': {
      const { payoutId } = refs;
      return payoutId === undefined ? { key: id, what: 'unrecognised' } : { key: payoutKey(payoutId), what: 'payout' };
    }
    case 'cash_swept': {
      const isOurs = `${debit} ${credit}`.includes(`cash:${provider}:`);
      return isOurs ? { key: sweepKey(provider, refs['reference'] ?? id), what: 'sweep' } : undefined;
    }
    // What comes back is told by the payout itself, and the opening balance by nobody.
    case 'payout_returned':
    case 'opening_balance':
      return undefined;
    default: {
      const [key, , end] = new RegExp(`${provider}:([^:]+):(settled|reversed|paid)`).exec(id) ?? [];
      const what = end === undefined ? undefined : WHAT_OF[end];
      return key === undefined || what === undefined ? { key: id, what: 'unrecognised' } : { key, what };
    }
  }
}

/**
 * Whether a provider's balance agrees with our cash account: it does when it lies between what is posted and what is
 * posted less what is reserved, for a payout on its way has left the one and not yet the other.
 */
export function isBalanceExplained(
  theirs: number,
  { posted, reserved }: { readonly posted: number; readonly reserved: number },
): boolean {
  return theirs <= posted && theirs >= posted - reserved;
}
