import { itemsOf } from './objects/invoice-items.ts';
import type { InvoiceRow, TransferRow } from './rows.ts';
import type { Store } from './store.ts';
import { invalidParam } from './stripe-trouble.ts';

/** An object of v1 as it is answered: what Stripe always adds, and what the caller asked to see in full (`expand`). */
export function present(store: Store, value: object, expand: readonly string[]): object {
  return expand.reduce((shown, path) => expandPath(store, shown, path.split('.'), path), withLists(store, value));
}

/** Invoices always carry their lines, transfers their reversals, wherever in the answer they stand. */
function withLists(store: Store, value: object): object {
  if (isList(value)) {
    return { ...value, data: value.data.map((row) => (isObject(row) ? withLists(store, row) : row)) };
  }
  if (isInvoice(value)) return { ...value, lines: linesOf(store, value) };
  if (isTransfer(value)) {
    const reversals = store.list('transfer_reversal', 'transfer', value.id);
    return { ...value, reversals: listOf([...reversals].reverse(), `/v1/transfers/${value.id}/reversals`) };
  }
  return value;
}

function linesOf(store: Store, invoice: InvoiceRow): object {
  const lines = itemsOf({ store }, invoice).map(({ id, amount, currency, description, metadata }) => ({
    ...{ id: id.replace('ii_', 'il_'), object: 'line_item', amount, currency, description, invoice: invoice.id },
    ...{ livemode: false, metadata, quantity: 1 },
  }));
  return listOf(lines, `/v1/invoices/${invoice.id}/lines`);
}

function listOf(data: readonly object[], url: string): object {
  return { object: 'list', data, has_more: false, url };
}

function expandPath(store: Store, value: object, [head, ...rest]: readonly string[], whole: string): object {
  if (head === undefined) return value;
  const inner: unknown = Reflect.get(value, head);
  const shown = inner === undefined || inner === null ? (virtual(store, value, head) ?? inner) : inner;
  if (shown === null) return value;
  if (Array.isArray(shown)) {
    return { ...value, [head]: shown.map((item: unknown) => resolve(store, item, rest, whole)) };
  }
  return { ...value, [head]: resolve(store, shown, rest, whole) };
}

function resolve(store: Store, value: unknown, rest: readonly string[], whole: string): object {
  const object = typeof value === 'string' ? rowOf(store, value) : value;
  if (isObject(object)) return expandPath(store, withLists(store, object), rest, whole);
  throw invalidParam('parameter_invalid', `This property cannot be expanded (${whole}).`, 'expand[0]');
}

/** Lists that appear only when asked for. */
function virtual(store: Store, value: object, name: string): object | undefined {
  const id: unknown = Reflect.get(value, 'id');
  const object: unknown = Reflect.get(value, 'object');
  if (typeof id !== 'string') return undefined;
  if (object === 'checkout.session' && name === 'line_items') {
    return listOf(store.get('session_detail', id)?.items ?? [], `/v1/checkout/sessions/${id}/line_items`);
  }
  if (object === 'invoice' && name === 'payments') {
    return listOf([...store.list('invoice_payment', 'invoice', id)].reverse(), '/v1/invoice_payments');
  }
  if (object === 'charge' && name === 'refunds') {
    return listOf([...store.list('refund', 'charge', id)].reverse(), `/v1/charges/${id}/refunds`);
  }
  return undefined;
}

const TABLE_OF = {
  ch: 'charge',
  cus: 'customer',
  du: 'dispute',
  in: 'invoice',
  pi: 'payment_intent',
  py: 'charge',
  re: 'refund',
  tr: 'transfer',
  trr: 'transfer_reversal',
  txn: 'balance_transaction',
} as const;

function rowOf(store: Store, id: string): object | undefined {
  const prefix = id.slice(0, id.indexOf('_'));
  for (const [known, table] of Object.entries(TABLE_OF)) if (known === prefix) return store.get(table, id);
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isList(value: object): value is { readonly data: readonly unknown[] } {
  return 'object' in value && value.object === 'list' && 'data' in value && Array.isArray(value.data);
}

function isInvoice(value: object): value is InvoiceRow {
  return 'object' in value && value.object === 'invoice';
}

function isTransfer(value: object): value is TransferRow {
  return 'object' in value && value.object === 'transfer';
}
