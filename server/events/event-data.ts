import type { EventType } from './event-types.ts';

/** Whole minor units with their currency (M1). */
interface Money {
  readonly amount: number;
  readonly currency: string;
}

interface InvoiceData {
  readonly invoiceId: string;
  readonly platformId: string;
  /** Of the whole invoice. */
  readonly total: Money;
  /** Still to be paid. */
  readonly outstanding: Money;
  /** Local day. */
  readonly dueOn?: string;
}

interface DepositData {
  readonly platformId: string;
  /** What new days may still draw. */
  readonly available: Money;
}

interface PayoutData {
  readonly payoutId: string;
  readonly payeeId: string;
  readonly amount: Money;
  readonly state: string;
}

/**
 * What each type of event tells, field by field: the receiver gets these and nothing else. Ids, amounts, states, instants
 * (ISO-8601) and days; never health data, never personal data (C9). Published: fields may be added, none change or go. Its
 * schemas stand in `event-schemas.ts`, and the compiler holds the two together.
 */
export interface EventData {
  'cover.not_covered': {
    /** Of the shift event (GET /v1/shift-events/{id}). */
    readonly eventId: string;
    readonly workerId: string;
    /** The platform's own id of the worker. */
    readonly externalId: string;
    readonly shiftId: string;
    readonly orderId?: string;
    /** The policy that the platform named. */
    readonly policyId?: string;
    readonly startedAt: string;
    /** Numbers and names of the reasons, in order of precedence. */
    readonly reasons: { readonly code: string; readonly name: string }[];
  };
  'shift.clipped': {
    readonly workerId: string;
    readonly shiftId: string;
    readonly orderId?: string;
    readonly policyId: string;
    readonly coverId: string;
    readonly productDay: string;
    readonly startedAt: string;
    /** Start + longest shift. */
    readonly clippedAt: string;
  };
  /** Not to whom: a person's id would let platforms compare notes (G22). */
  'worker.linked': { readonly workerId: string; readonly externalId: string };
  'statement.issued': {
    readonly statementId: string;
    readonly policyId: string;
    readonly productDay: string;
    readonly coverCount: number;
    readonly lineCount: number;
    readonly total: Money;
  };
  'invoice.issued': InvoiceData;
  'invoice.paid': InvoiceData;
  'invoice.partly_paid': InvoiceData;
  'invoice.overdue': InvoiceData;
  'invoice.reopened': InvoiceData;
  'invoice.credited': InvoiceData;
  'deposit.topped_up': DepositData & { readonly amount: Money };
  'deposit.low': DepositData;
  'deposit.empty': DepositData;
  'settlement.issued': {
    readonly settlementId: string;
    readonly carrierId: string;
    /** `2026-03` */
    readonly month: string;
    readonly total: Money;
  };
  'payout.created': PayoutData;
  'payout.paid': PayoutData;
  'payout.failed': PayoutData;
  'payout.returned': PayoutData;
  'payout.voided': PayoutData;
  'payee.changed': { readonly payeeId: string; readonly usableAt?: string };
  'webhook_endpoint.tested': { readonly endpointId: string };
  'webhook_endpoint.paused': {
    readonly endpointId: string;
    /** `failing`: nothing but failures for three days; `gone`: it answered 410. */
    readonly because: 'failing' | 'gone';
    readonly failingSince: string;
  };
}

/** An event of one type with the data of that type. */
export type TypedEvent<T extends EventType = EventType> = {
  readonly [K in T]: { readonly type: K; readonly data: EventData[K] };
}[T];
