import { seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import type { InvoiceRow, PaymentIntentRow } from '../rows.ts';

/** What a payment's outcome does to the checkout session that it belongs to, if any. */
export function tellSession(context: Context, intent: PaymentIntentRow, outcome: 'paid' | 'failed'): void {
  const { store } = context;
  const session = store.list('checkout_session', 'payment_intent', intent.id)[0];
  if (session === undefined) return;
  if (session.status === 'complete') {
    // It completed unpaid, with a delayed method whose outcome is this.
    if (session.payment_status === 'paid') return;
    if (outcome === 'failed') return emitEvent(context, 'checkout.session.async_payment_failed', session);
    const paid = store.put('checkout_session', { ...session, payment_status: 'paid' });
    return emitEvent(context, 'checkout.session.async_payment_succeeded', paid);
  }
  // A declined card leaves the session open: the payer tries another one.
  if (outcome === 'failed') return;
  const complete = store.put('checkout_session', { ...session, status: 'complete', payment_status: 'paid', url: null });
  emitEvent(context, 'checkout.session.completed', complete);
}

/** What a payment's outcome does to the invoice that it belongs to, if any. */
export function tellInvoice(context: Context, intent: PaymentIntentRow, outcome: 'paid' | 'failed'): void {
  const { store, now } = context;
  const payment = store.list('invoice_payment', 'payment_intent', intent.id)[0];
  const invoice = payment === undefined ? undefined : store.get('invoice', payment.invoice);
  if (payment === undefined || invoice === undefined) return;
  if (outcome === 'failed') {
    const tried = store.put('invoice', { ...invoice, attempted: true, attempt_count: invoice.attempt_count + 1 });
    return emitEvent(context, 'invoice.payment_failed', tried);
  }
  const paid = store.put('invoice_payment', {
    ...payment,
    status: 'paid',
    amount_paid: intent.amount,
    status_transitions: { ...payment.status_transitions, paid_at: seconds(now) },
  });
  emitEvent(context, 'invoice_payment.paid', paid);
  creditInvoice(context, { ...invoice, attempted: true, attempt_count: invoice.attempt_count + 1 }, intent.amount);
}

/** Adds money to an invoice; it is paid when nothing remains. What is too much shows as `amount_overpaid`. */
export function creditInvoice(context: Context, invoice: InvoiceRow, amount: number): InvoiceRow {
  const amountPaid = invoice.amount_paid + amount;
  const remaining = Math.max(invoice.amount_due - amountPaid, 0);
  const done = remaining === 0 && (invoice.status === 'open' || invoice.status === 'uncollectible');
  const credited = context.store.put('invoice', {
    ...invoice,
    amount_paid: amountPaid,
    amount_remaining: remaining,
    amount_overpaid: Math.max(amountPaid - invoice.amount_due, 0),
    status: done ? 'paid' : invoice.status,
    status_transitions: {
      ...invoice.status_transitions,
      paid_at: done ? seconds(context.now) : invoice.status_transitions.paid_at,
    },
  });
  if (done) {
    emitEvent(context, 'invoice.paid', credited);
    emitEvent(context, 'invoice.payment_succeeded', credited);
  } else {
    emitEvent(context, 'invoice.updated', credited);
  }
  return credited;
}
