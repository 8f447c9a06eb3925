import { Schema, type Connection } from 'mongoose';
import type { Sighting } from '../../programs/payments/fold-sightings.ts';
import type { PaymentFact, ProviderName } from './payment-fact.ts';
import { count, date, text } from '../database/schema-fields.ts';

/** A provider's webhook as stored: once for each event id, before anything is made of it. */
export interface ProviderEventDocument {
  /** `<provider>:<event id>` */
  _id: string;
  provider: ProviderName;
  eventId: string;
  type: string;
  /** The provider's object that it is about: events are folded object by object. */
  subject: string;
  /** What kind of object that is, in the provider's word. */
  object: string;
  /** When the provider made it. */
  createdAt: Date;
  receivedAt: Date;
  /** What it shows, reduced to what facts are made of: no names, no addresses. Absent where the object must be fetched. */
  seen?: Sighting;
  /** `ignored`: nothing of ours depends on its type. */
  state: 'new' | 'folded' | 'ignored';
  tries: number;
  nextTryAt: Date;
  /** Why the last try did not work. */
  trouble?: string;
}

/** A fact that a provider told, kept until it is applied and after. */
export interface PaymentFactDocument {
  /** `factId` */
  _id: string;
  provider: ProviderName;
  kind: PaymentFact['kind'];
  /** Amounts are BSON longs (M1). */
  fact: PaymentFact;
  source: 'webhook' | 'reading' | 'reconciliation' | 'bank_statement';
  occurredAt: Date;
  recordedAt: Date;
  /** `dropped`: a person dealt with it otherwise. */
  state: 'due' | 'applied' | 'dropped';
  dueAt: Date;
  tries: number;
  /** Rises only when a person decides that a refused booking is to be tried anew (M2). */
  decision: number;
  /** One run books it until then; absent while nobody does. */
  claimedUntil?: Date;
  appliedAt?: Date;
}

export const EXCEPTION_KINDS = {
  fact_refused: 'What the provider told cannot be booked',
  events_contradict: "The provider's events of one object contradict each other",
  only_at_provider: 'The provider has it and the books have not',
  only_in_books: 'The books have it and the provider has not',
  amount_differs: 'Both have it, with different amounts',
  payout_stuck: 'A provider has had a payout for days and does not say what became of it',
  balance_differs: "Our cash account and the provider's balance differ",
} as const;
export type ExceptionKind = keyof typeof EXCEPTION_KINDS;

/** How a person may end an exception: what was refused is tried anew, was booked otherwise, or needs nothing. */
export const RESOLUTIONS = ['try_anew', 'booked_by_hand', 'no_action'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Something between a provider and our books that a person must look at. */
export interface PaymentExceptionDocument {
  /** Deterministic by kind and subject, so that finding it again adds nothing. */
  _id: string;
  provider: ProviderName;
  kind: ExceptionKind;
  /** What it is about: a fact's id, a movement's key, a day's balance. */
  subject: string;
  state: 'open' | 'resolved';
  openedAt: Date;
  /** When what it is about happened. */
  occurredAt: Date;
  message: string;
  /** What each side says; absent where a side says nothing. */
  ours?: Record<string, unknown>;
  theirs?: Record<string, unknown>;
  resolution?: { how: Resolution | 'mended_itself'; note: string; by: string; at: Date };
}

/** To which recipients a payout was ever sent, and under which keys. */
export interface ProviderSendDocument {
  /** The payout's id. */
  _id: string;
  recipients: string[];
  keys: string[];
}

const mixed = { type: Schema.Types.Mixed } as const;

const eventSchema = new Schema<ProviderEventDocument>(
  {
    _id: text,
    provider: text,
    eventId: text,
    type: text,
    subject: text,
    object: text,
    createdAt: date,
    receivedAt: date,
    seen: mixed,
    state: text,
    tries: count,
    nextTryAt: date,
    trouble: String,
  },
  { collection: 'provider_events', versionKey: false },
);

const factSchema = new Schema<PaymentFactDocument>(
  {
    _id: text,
    provider: text,
    kind: text,
    fact: { ...mixed, required: true },
    source: text,
    occurredAt: date,
    recordedAt: date,
    state: text,
    dueAt: date,
    tries: count,
    decision: count,
    claimedUntil: Date,
    appliedAt: Date,
  },
  { collection: 'payment_facts', versionKey: false },
);

const exceptionSchema = new Schema<PaymentExceptionDocument>(
  {
    _id: text,
    provider: text,
    kind: text,
    subject: text,
    state: text,
    openedAt: date,
    occurredAt: date,
    message: text,
    ours: mixed,
    theirs: mixed,
    resolution: mixed,
  },
  { collection: 'payment_exceptions', versionKey: false },
);

const sendSchema = new Schema<ProviderSendDocument>(
  { _id: text, recipients: [String], keys: [String] },
  { collection: 'provider_sends', versionKey: false },
);

export const declareProviderEvents = (connection: Connection) => connection.model('ProviderEvent', eventSchema);
export const declarePaymentFacts = (connection: Connection) => connection.model('PaymentFact', factSchema);
export const declarePaymentExceptions = (connection: Connection) =>
  connection.model('PaymentException', exceptionSchema);
export const declareProviderSends = (connection: Connection) => connection.model('ProviderSend', sendSchema);
