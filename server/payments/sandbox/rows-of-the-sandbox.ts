import type {
  AccountRow,
  BalanceTransactionRow,
  ChargeRow,
  CheckoutSessionRow,
  CreditNoteRow,
  CustomerRow,
  DisputeRow,
  InvoiceItemRow,
  InvoicePaymentRow,
  InvoiceRow,
  OutboundPaymentRow,
  OutboundSetupIntentRow,
  PaymentIntentRow,
  PayoutMethodDetailRow,
  PayoutMethodRow,
  RefundRow,
  SessionDetailRow,
  TransferReversalRow,
  TransferRow,
} from './rows.ts';

/** The account's money in one currency. */
export interface BalanceRow {
  /** The currency, lower case. */
  readonly id: string;
  readonly available: number;
  readonly pending: number;
}

export interface SnapshotEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  /** The object as it was at that moment. */
  readonly data: { readonly object: unknown };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
}

export interface ThinEvent {
  readonly id: string;
  readonly object: 'v2.core.event';
  readonly created: string;
  readonly livemode: false;
  readonly reason: null;
  readonly related_object: { readonly id: string; readonly type: string; readonly url: string };
  readonly type: string;
}

export type EventRow = SnapshotEvent | ThinEvent;

/** A webhook that has still to arrive. */
export interface DeliveryRow {
  readonly id: string;
  readonly event: string;
  readonly dueAt: number;
  readonly attempts: number;
  readonly createdAt: number;
}

export type TaskKind =
  | 'settle'
  | 'finish_payment'
  | 'expire_session'
  | 'invoice_due'
  | 'finish_outbound'
  | 'return_outbound'
  | 'reverse_transfer'
  | 'open_dispute';

/** Something that time will do. */
export interface TaskRow {
  readonly id: string;
  readonly dueAt: number;
  readonly kind: TaskKind;
  /** The object that it concerns. */
  readonly ref: string;
}

/** The answer that a repetition of a request gets. */
export interface IdempotencyRow {
  /** API version and key. */
  readonly id: string;
  readonly hash: string;
  readonly createdAt: number;
  /** Before it a twin is told that the first one still runs. */
  readonly busyUntil: number;
  readonly status: number;
  readonly body: string;
}

/** Money that moved because somebody asked; counted by business key whatever the idempotency key was (M11). */
export interface EffectRow {
  /** The object's id. */
  readonly id: string;
  readonly kind: 'charge' | 'refund' | 'transfer' | 'outbound_payment';
  readonly at: number;
  readonly amount: number;
  readonly currency: string;
  /** `transfer_group`, else `metadata.payoutId`: the payout it was for. */
  readonly businessKey: string | null;
  readonly idempotencyKey: string | null;
}

/** One row, `_`: what the sandbox knows of itself. */
export interface MetaRow {
  readonly id: '_';
  readonly seed: string;
  /** Ids given so far. */
  readonly ids: number;
  /** The latest moment that it saw; its time never runs backwards. */
  readonly now: number;
  readonly clockOffsetMs: number;
  readonly webhookUrl: string | null;
}

export interface Tables {
  readonly account: AccountRow;
  readonly balance: BalanceRow;
  readonly balance_transaction: BalanceTransactionRow;
  readonly charge: ChargeRow;
  readonly checkout_session: CheckoutSessionRow;
  readonly credit_note: CreditNoteRow;
  readonly customer: CustomerRow;
  readonly delivery: DeliveryRow;
  readonly dispute: DisputeRow;
  readonly effect: EffectRow;
  readonly event: EventRow;
  readonly idempotency: IdempotencyRow;
  readonly invoice: InvoiceRow;
  readonly invoice_item: InvoiceItemRow;
  readonly invoice_payment: InvoicePaymentRow;
  readonly meta: MetaRow;
  readonly outbound_payment: OutboundPaymentRow;
  readonly outbound_setup_intent: OutboundSetupIntentRow;
  readonly payment_intent: PaymentIntentRow;
  readonly payout_method: PayoutMethodRow;
  readonly payout_method_detail: PayoutMethodDetailRow;
  readonly refund: RefundRow;
  readonly session_detail: SessionDetailRow;
  readonly task: TaskRow;
  readonly transfer: TransferRow;
  readonly transfer_reversal: TransferReversalRow;
}

export type TableName = keyof Tables;

type Indexes = { readonly [T in TableName]: { readonly [name: string]: (row: Tables[T]) => string | null } };

/** Every table, and by what its rows are looked up besides their id. */
export const TABLES = {
  account: {},
  balance: {},
  balance_transaction: { source: (row) => row.source, type: (row) => row.type },
  charge: {
    payment_intent: (row) => row.payment_intent,
    customer: (row) => row.customer,
    transfer_group: (row) => row.transfer_group,
  },
  checkout_session: { customer: (row) => row.customer, payment_intent: (row) => row.payment_intent },
  credit_note: { invoice: (row) => row.invoice },
  customer: {},
  delivery: {},
  dispute: { charge: (row) => row.charge, payment_intent: (row) => row.payment_intent },
  effect: {},
  event: { api: (row) => (row.object === 'event' ? 'v1' : 'v2'), type: (row) => row.type },
  idempotency: {},
  invoice: { customer: (row) => row.customer },
  invoice_item: { customer: (row) => row.customer },
  invoice_payment: { invoice: (row) => row.invoice, payment_intent: (row) => row.payment.payment_intent },
  meta: {},
  outbound_payment: { recipient: (row) => row.to.recipient },
  outbound_setup_intent: {},
  payment_intent: { customer: (row) => row.customer },
  payout_method: {},
  payout_method_detail: { recipient: (row) => row.recipient },
  refund: { charge: (row) => row.charge, payment_intent: (row) => row.payment_intent },
  session_detail: {},
  task: {},
  transfer: { transfer_group: (row) => row.transfer_group, destination: (row) => row.destination },
  transfer_reversal: { transfer: (row) => row.transfer },
} as const satisfies Indexes;

export function isTableName(name: unknown): name is TableName {
  return typeof name === 'string' && Object.hasOwn(TABLES, name);
}
