import type { Instant } from '../calendar.ts';
import { cycleOf, localDayAt, startOfDay, type BillingTerms } from './billing-terms.ts';

/** What one statement leaves to be billed, or to be credited where it is negative. */
export interface Billable {
  readonly statementId: string;
  readonly productDay: string;
  readonly issuedAt: Instant;
  /** Minor units: the statement's total less what a deposit settled of it. */
  readonly amount: number;
}

/** One invoice, or one credit note where credits prevail, over statements that stand on no other. */
export interface InvoicePlan<T extends Billable = Billable> {
  readonly kind: 'invoice' | 'credit_note';
  readonly statements: readonly T[];
  /** Sum of the statements' amounts; negative on a credit note. */
  readonly total: number;
  /** Local days whose statements it collects, `[from, to)`. */
  readonly period: { readonly from: string; readonly to: string };
}

/** More statements than that are billed on several invoices: each is written in one unit. */
export const INVOICE_STATEMENTS_MAX = 200;

/**
 * Which invoices a policy's open statements make now (one currency). A statement belongs to the cycle in which it was
 * issued, and is billed when that cycle has ended; what was left over from an earlier cycle goes onto the next invoice.
 * Oldest first; every statement whose cycle has ended is on exactly one plan. `early` bills those of cycles that still run
 * too: what is issued in them later stands on an invoice of its own.
 */
export function planInvoices<T extends Billable>(
  billables: readonly T[],
  terms: BillingTerms,
  { now, timeZone, early = false }: { readonly now: Instant; readonly timeZone: string; readonly early?: boolean },
): readonly InvoicePlan<T>[] {
  const ended = billables
    .map((billable) => ({ billable, cycle: cycleOf(localDayAt(billable.issuedAt, timeZone), terms.cycle) }))
    .filter(({ cycle }) => early || startOfDay(cycle.to, timeZone) <= now)
    .sort((a, b) => a.billable.issuedAt - b.billable.issuedAt || compare(a.billable, b.billable));
  const plans: InvoicePlan<T>[] = [];
  for (let at = 0; at < ended.length; at += INVOICE_STATEMENTS_MAX) {
    const part = ended.slice(at, at + INVOICE_STATEMENTS_MAX);
    const [first, last] = [part[0], part.at(-1)];
    if (!first || !last) break;
    const total = part.reduce((sum, { billable }) => safe(sum + billable.amount), 0);
    plans.push({
      kind: total < 0 ? 'credit_note' : 'invoice',
      statements: part.map(({ billable }) => billable),
      total,
      period: { from: first.cycle.from, to: last.cycle.to },
    });
  }
  return plans;
}

const compare = (a: Billable, b: Billable): number =>
  a.statementId < b.statementId ? -1 : a.statementId > b.statementId ? 1 : 0;

function safe(amount: number): number {
  if (!Number.isSafeInteger(amount)) throw new RangeError('An invoice amounts to more than can be counted exactly.');
  return amount;
}
