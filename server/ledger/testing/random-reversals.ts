import { donationDisputed, donationRefunded } from '../../../programs/ledger/program-events.ts';
import type { DirectTransfer } from '../../../programs/ledger/transfer.ts';
import { money } from '../../../programs/money.ts';
import { FUND, isOfProgram, move } from './open-test-ledger.ts';

/** Somebody takes back what was paid, or something more: the money goes the other way. */
export interface Reversal {
  readonly id: string;
  /** A transfer that was asked for before. */
  readonly reverses: string;
  readonly cause: 'refund' | 'dispute';
  readonly share: 'whole' | 'part' | 'more';
  /** The part, or what it is more; minor units. */
  readonly amount: number;
  /** What a dispute takes the fund to have, rightly or not (`donationDisputed`). */
  readonly available: number;
  readonly effectiveOn: string;
}

/** With it begin the histories of tests. */
export const FIRST_GIFT = move('funded', 40, { kind: 'donation_received' });

/** The transfers of a reversal, of the first gift where there is no such transfer. */
export function reverse(reversal: Reversal, paid: DirectTransfer = FIRST_GIFT): readonly DirectTransfer[] {
  const { id, cause, share, effectiveOn } = reversal;
  const amount = {
    whole: paid.amount,
    part: Math.min(paid.amount, reversal.amount),
    more: paid.amount + reversal.amount,
  }[share];
  const { debit: payer, credit: receiver } = paid;
  if (receiver !== FUND || isOfProgram(payer)) {
    const kind = kindOf(cause, paid);
    return [move(id, amount, { debit: receiver, credit: payer, kind, effectiveOn, refs: { reverses: paid.id } })];
  }
  const booking = { id, effectiveOn, refs: { reverses: paid.id } };
  const lost = { programId: 'p1', amount: money(amount, 'CNY') };
  return cause === 'refund'
    ? donationRefunded(booking, { ...lost, backThrough: payer })
    : donationDisputed(booking, { ...lost, takenFrom: payer, available: money(reversal.available, 'CNY') });
}

/** By which the identity of a program's money tells what came back (L12). */
function kindOf(cause: Reversal['cause'], { debit, credit }: DirectTransfer): DirectTransfer['kind'] {
  if (isOfProgram(credit)) return cause === 'refund' ? 'donation_refunded' : 'donation_disputed';
  if (isOfProgram(debit)) return 'payout_returned';
  return cause === 'refund' ? 'payment_refunded' : 'payment_disputed';
}
