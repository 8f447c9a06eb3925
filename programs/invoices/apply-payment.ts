import { openAmount, type InvoiceFacts } from './invoice-state.ts';

/** What payments have done to an invoice so far. */
export interface Ledgered extends Pick<InvoiceFacts, 'total' | 'credited' | 'paid' | 'writtenOff'> {
  /** Paid beyond the invoice and kept as the policyholder's credit. */
  readonly excess: number;
}

/** How one payment, or one reversal, is booked; both parts are minor units, and add up to its amount. */
export interface Booking {
  /** Against the invoice: what the policyholder owes. */
  readonly receivable: number;
  /** Against the policyholder's credit. */
  readonly credit: number;
}

/** A payment pays what is open; what is beyond goes to the policyholder's credit, for the next invoice. */
export function applyPayment(invoice: Ledgered, amount: number): Booking {
  const receivable = Math.min(positive(amount), Math.max(0, openAmount(invoice)));
  return { receivable, credit: amount - receivable };
}

/**
 * Money that went back (a refund, a lost dispute) takes first what was paid beyond the invoice, as far as that credit is
 * still there, and opens the invoice again by the rest.
 */
export function applyReversal(invoice: Ledgered, amount: number, creditAvailable: number): Booking {
  const credit = Math.min(positive(amount), Math.max(0, invoice.excess), Math.max(0, creditAvailable));
  return { receivable: amount - credit, credit };
}

function positive(amount: number): number {
  if (!Number.isSafeInteger(amount) || amount <= 0) throw new RangeError('A payment is a whole amount above zero.');
  return amount;
}
