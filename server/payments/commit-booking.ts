import { booksDay } from '../../programs/ledger/books-day.ts';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import type { Booking } from '../../programs/ledger/booking.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { Services } from '../services.ts';
import type { Applying } from './apply-fact.ts';
import type { PaymentFact } from './payment-fact.ts';

/** The booking of a fact, under a decision of its own (`Applying.decision`). */
interface FactBooking extends Omit<Booking, 'effectiveOn' | 'id'> {
  /** What it is, of this fact: the unit is `<name>:<factId>:<decision>`. */
  readonly name: string;
  readonly fact: Pick<PaymentFact, 'factId' | 'occurredAt'>;
  readonly applying: Applying;
}

/**
 * Books a fact's transfers as one unit, which also marks the fact as applied: so no other decision can book it again,
 * whatever became known of this one. Counted to the day on which it happened, or to today when that month is closed (M10).
 * Throws `conflict` / `booking_refused` when the ledger refuses, `unavailable` / `ledger_unavailable`.
 */
export async function commitBooking(
  services: Services,
  { name, refs, fact, applying: { decision, now } }: FactBooking,
  transfersOf: (booking: Booking) => readonly NewTransfer[],
): Promise<void> {
  const id = `${name}:${fact.factId}:${decision}`;
  const applied: UnitWrite = {
    ...{ kind: 'update', collection: 'payment_facts', id: fact.factId, guard: { state: 'due', decision } },
    update: { $set: { state: 'applied', appliedAt: new Date(now) }, $unset: { claimedUntil: '' } },
  };
  for (const effectiveOn of new Set([booksDay(fact.occurredAt), booksDay(now)])) {
    const transfers = transfersOf({ id, refs, effectiveOn });
    if (transfers.length === 0) return;
    // It may have been booked to the other day before.
    const ids = transfers.map((transfer) => transfer.id);
    if ((await services.models.transfers.countDocuments({ _id: { $in: ids } })) === ids.length) return;
    const result = await services.ledger.commit({ id, transfers, writes: [applied] });
    if (result.status !== 'refused') return;
    if (result.code !== 'month_closed' || effectiveOn === booksDay(now)) {
      throw new Refusal('conflict', 'booking_refused', `The ledger refuses ${id} (${result.code}): ${result.message}`);
    }
  }
}
