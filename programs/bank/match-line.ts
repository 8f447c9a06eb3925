import { negateMoney, type Money } from '../money.ts';
import { findReference } from './bank-reference.ts';
import type { StatementLine } from './statement.ts';

/** What we asked the bank, or a payer, for. */
export interface KnownOrders {
  payoutOrder(payoutId: string, attempt: number): { readonly amount: Money } | undefined;
  demand(
    id: string,
  ): { readonly kind: 'invoice' } | { readonly kind: 'top_up'; readonly platformId: string } | undefined;
}

/** What a line of a statement means. */
export type LineMatch =
  | { readonly kind: 'payout_posted'; readonly payoutId: string; readonly attempt: number }
  /** Our own payment came back. */
  | { readonly kind: 'payout_returned'; readonly payoutId: string; readonly attempt: number }
  | { readonly kind: 'invoice_paid'; readonly invoiceId: string }
  | { readonly kind: 'top_up_paid'; readonly topUpId: string; readonly platformId: string }
  /** It came in and names nothing we know: held until a person identifies it. */
  | { readonly kind: 'unidentified' }
  /** It names an order of ours with another amount: a person must look. */
  | { readonly kind: 'amount_differs'; readonly expected: Money; readonly payoutId: string; readonly attempt: number }
  /** It went out and we did not order it: a person must look. */
  | { readonly kind: 'not_ordered' };

/** Reconciles one line of a bank's statement with what we asked for. */
export function matchLine({ amount, text }: StatementLine, orders: KnownOrders): LineMatch {
  const isIn = amount.amount > 0;
  const reference = findReference(text);
  if (reference?.kind === 'payout') {
    const { payoutId, attempt } = reference;
    const order = orders.payoutOrder(payoutId, attempt);
    if (order !== undefined) {
      const moved = isIn ? amount : negateMoney(amount);
      if (moved.amount !== order.amount.amount || moved.currency !== order.amount.currency) {
        return { kind: 'amount_differs', expected: order.amount, payoutId, attempt };
      }
      return { kind: isIn ? 'payout_returned' : 'payout_posted', payoutId, attempt };
    }
  }
  if (!isIn) return { kind: 'not_ordered' };
  const id =
    reference?.kind === 'invoice' ? reference.invoiceId : reference?.kind === 'top_up' ? reference.topUpId : '';
  const demand = orders.demand(id);
  if (demand === undefined) return { kind: 'unidentified' };
  return demand.kind === 'invoice'
    ? { kind: 'invoice_paid', invoiceId: id }
    : { kind: 'top_up_paid', topUpId: id, platformId: demand.platformId };
}
