import { Schema, type Connection } from 'mongoose';
import type { InvoiceState } from '../../programs/invoices/invoice-state.ts';
import type { ProviderName } from '../payments/payment-port.ts';
import { amount, count, date, mixed, text } from '../database/schema-fields.ts';

/** How an invoice stands with the provider that collects it. */
export interface InvoiceDelivery {
  provider: ProviderName;
  /**
   * `to_send`: asked for, its answer not certain; `sent`; `refused`: the provider will not, a person must look;
   * `to_void`: nothing is open any more, and what the provider has must end there; `none`: nothing to collect.
   */
  state: 'to_send' | 'sent' | 'refused' | 'to_void' | 'none';
  /** Stored before the call; an invoice never goes out under another key. */
  idempotencyKey: string;
  /** Minor units as the provider was asked, the same at every try; a BSON long; absent before the first call. */
  amount?: number;
  firstTriedAt?: Date;
  /** Not tried again before. */
  nextTryAt: Date;
  providerRef?: string;
  payUrl?: string;
  /** The provider's words for what went wrong last. */
  message?: string;
}

/** An invoice, or a credit note; its lines are the statements (`receivables`) that name it. Amounts are BSON longs. */
export interface InvoiceDocument {
  /** Made of the policy and its first statement. */
  _id: string;
  kind: 'invoice' | 'credit_note';
  platformId: string;
  policyId: string;
  currency: string;
  /** Local days whose statements it collects, `[from, to)`, in the policy's zone. */
  periodFrom: string;
  periodTo: string;
  timeZone: string;
  /** Declared, and equal to its statements. */
  statementCount: number;
  total: number;
  credited: number;
  paid: number;
  writtenOff: number;
  /** Paid beyond it, and kept as the policyholder's credit. */
  excess: number;
  state: InvoiceState;
  issuedAt: Date;
  dueOn: string;
  overdueFrom: Date;
  /** Steps of dunning that were told. */
  dunningStep: number;
  /** When something is to be told next; null when nothing is. */
  nextDunningAt: Date | null;
  delivery: InvoiceDelivery;
  /** Who wrote off what was open, and why. */
  writeOff?: { by: string; because: string; at: Date };
  /** Events told so far; every change raises `version`. */
  sequence: number;
  version: number;
  updatedAt: Date;
}

const schema = new Schema<InvoiceDocument>(
  {
    _id: text,
    kind: text,
    platformId: text,
    policyId: text,
    currency: text,
    periodFrom: text,
    periodTo: text,
    timeZone: text,
    statementCount: count,
    total: amount,
    credited: amount,
    paid: amount,
    writtenOff: amount,
    excess: amount,
    state: text,
    issuedAt: date,
    dueOn: text,
    overdueFrom: date,
    dunningStep: count,
    nextDunningAt: Date,
    delivery: mixed,
    writeOff: Schema.Types.Mixed,
    sequence: count,
    version: count,
    updatedAt: date,
  },
  { collection: 'invoices', versionKey: false },
);

export const declareInvoices = (connection: Connection) => connection.model('Invoice', schema);
