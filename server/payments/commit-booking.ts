import type { Instant } from '../../programs/calendar.ts';
import { booksDay } from '../../programs/ledger/books-day.ts';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import type { Booking } from '../../programs/ledger/booking.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';

/**
 * Books transfers as one unit, once: counted to the day on which it happened, or to today when that month is closed (M10).
 * Throws `conflict` / `booking_refused` when the ledger refuses, `unavailable` / `ledger_unavailable`.
 */
export async function commitBooking(
  services: Services,
  { id, refs, occurredAt, now }: Omit<Booking, 'effectiveOn'> & { readonly occurredAt: Instant; readonly now: Instant },
  transfersOf: (booking: Booking) => readonly NewTransfer[],
): Promise<void> {
  for (const effectiveOn of new Set([booksDay(occurredAt), booksDay(now)])) {
    const transfers = transfersOf({ id, refs, effectiveOn });
    if (transfers.length === 0) return;
    // It may have been booked to the other day before.
    const ids = transfers.map((transfer) => transfer.id);
    if ((await services.models.transfers.countDocuments({ _id: { $in: ids } })) === ids.length) return;
    const result = await services.ledger.commit({ id, transfers });
    if (result.status !== 'refused') return;
    if (result.code !== 'month_closed' || effectiveOn === booksDay(now)) {
      throw new Refusal('conflict', 'booking_refused', `The ledger refuses ${id} (${result.code}): ${result.message}`);
    }
  }
}
