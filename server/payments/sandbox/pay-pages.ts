import { formatMoney, isCurrency } from '../../../programs/money.ts';
import { itemsOf } from './objects/invoice-items.ts';
import type { CheckoutSessionRow, InvoiceRow } from './rows.ts';
import type { Store } from './store.ts';

/** The page of a checkout session or an invoice; `undefined` when there is none of that id. */
export function pageOf(store: Store, kind: 'pay' | 'invoice', id: string): string | undefined {
  if (kind === 'pay') {
    const session = store.get('checkout_session', id);
    return session && sessionPage(store, session);
  }
  const invoice = store.get('invoice', id);
  return invoice === undefined || invoice.status === 'draft' ? undefined : invoicePage(store, invoice);
}

/** What is said after the button was pressed and the payment went wrong. */
export function troublePage(message: string, back: string): string {
  return page('Not paid', `<p><strong>${escape(message)}</strong></p><p><a href="${escape(back)}">Try again</a></p>`);
}

function sessionPage(store: Store, session: CheckoutSessionRow): string {
  const rows = (store.get('session_detail', session.id)?.items ?? []).map((item) =>
    row(item.description, item.amount_total, session.currency),
  );
  const table = `<table>${rows.join('')}${row('Total', session.amount_total, session.currency)}</table>`;
  if (session.status !== 'open') {
    return page('Checkout', `${table}<p>This page is <strong>${session.status}</strong>: there is nothing to pay.</p>`);
  }
  const cancel = session.cancel_url === null ? '' : `<p><a href="${escape(session.cancel_url)}">Go back</a></p>`;
  return page('Checkout', `${table}${payForm(`/pay/${session.id}`)}${cancel}`);
}

function invoicePage(store: Store, invoice: InvoiceRow): string {
  const rows = itemsOf({ store }, invoice).map((item) =>
    row(item.description ?? 'Item', item.amount, invoice.currency),
  );
  const table = `<table>${rows.join('')}${row('Paid', invoice.amount_paid, invoice.currency)}${row(
    'Remains',
    invoice.amount_remaining,
    invoice.currency,
  )}</table>`;
  const form =
    invoice.status === 'open'
      ? payForm(`/invoice/${invoice.id}`)
      : `<p>This invoice is <strong>${invoice.status}</strong>: there is nothing to pay.</p>`;
  return page(`Invoice ${invoice.number ?? ''}`, `${table}${form}`);
}

function payForm(action: string): string {
  const methods = [
    ['pm_card_visa', 'A card that works'],
    ['pm_card_chargeDeclined', 'A card that is declined'],
    ['pm_sandbox_delayed', 'A delayed method that works'],
    ['pm_sandbox_delayed_failed', 'A delayed method that fails'],
  ].map(([value, text]) => `<option value="${value}">${text}</option>`);
  return `<form method="post" action="${action}"><label>Pay with <select name="method">${methods.join(
    '',
  )}</select></label> <button type="submit">Pay (SANDBOX)</button></form>`;
}

function row(text: string, amount: number, currency: string): string {
  return `<tr><td>${escape(text)}</td><td>${escape(inMajorUnits(amount, currency.toUpperCase()))}</td></tr>`;
}

/** `CNY 12.50`, as ISO 4217 has it; of a code that it does not list, whole minor units. */
function inMajorUnits(amount: number, currency: string): string {
  return isCurrency(currency) ? formatMoney({ amount, currency }) : `${amount} minor units of ${currency}`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SANDBOX: ${escape(title)}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 0 1rem 2rem; }
.sandbox { background: #b00020; color: #fff; font-size: 1.5rem; font-weight: 700; padding: 1rem; text-align: center; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
td { border-bottom: 1px solid #ccc; padding: .4rem; }
td:last-child { text-align: right; }
button { font: inherit; padding: .4rem 1rem; }
</style>
</head>
<body>
<div class="sandbox" role="alert">SANDBOX: this is not Stripe, and no real money moves</div>
<h1>${escape(title)}</h1>
${body}
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
