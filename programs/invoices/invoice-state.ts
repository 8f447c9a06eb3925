import type { Instant } from '../calendar.ts';

/**
 * - `draft`: made and booked, its payer not told yet; `issued`: told; `partly_paid`: something arrived, something is open.
 * - `overdue`: something is open after its due day. Cover already given stands whatever is open.
 * - `paid`: nothing is open, at least a part was paid; `credited`: nothing is open, and nothing was paid: credits did it all.
 * - `void`: nothing will be collected any more: what was open was written off.
 */
export type InvoiceState = 'draft' | 'issued' | 'partly_paid' | 'overdue' | 'paid' | 'credited' | 'void';

/** What happened to an invoice, in sums of minor units. The order in which it happened does not count. */
export interface InvoiceFacts {
  /** Above zero, or zero where charges and credits cancel out; a credit note has its negative amount. */
  readonly total: number;
  /** Credits that were used for it. */
  readonly credited: number;
  /** Payments less what went back to the payer; below zero only while a reversal is known before its payment. */
  readonly paid: number;
  readonly writtenOff: number;
  readonly sent: boolean;
  /** When the last day to pay is over. */
  readonly overdueFrom: Instant;
}

/** What is still to be paid; a write-off that was followed by a reversal leaves something open again. */
export const openAmount = ({ total, credited, paid, writtenOff }: Omit<InvoiceFacts, 'sent' | 'overdueFrom'>): number =>
  Math.max(0, total) - credited - paid - writtenOff;

/** The state as a fold of sums: the same facts give the same state, whatever came first. */
export function invoiceState(facts: InvoiceFacts, now: Instant): InvoiceState {
  const { total, paid, credited, writtenOff, sent, overdueFrom } = facts;
  if (openAmount(facts) > 0) {
    if (now >= overdueFrom) return 'overdue';
    if (paid > 0) return 'partly_paid';
    return sent ? 'issued' : 'draft';
  }
  if (writtenOff > 0) return 'void';
  return total <= 0 || (paid <= 0 && credited > 0) ? 'credited' : 'paid';
}
