import Joi from 'joi';
import type { EventData } from './event-data.ts';
import type { EventType } from './event-types.ts';

const id = Joi.string();
const instant = Joi.string().meta({ jsonSchema: { format: 'date-time' } });
const day = Joi.string().meta({ jsonSchema: { format: 'date' } });
const money = Joi.object({
  amount: Joi.number().integer().description('Whole minor units.'),
  currency: Joi.string().description('ISO 4217.'),
});

const invoice = {
  invoiceId: id,
  platformId: id,
  total: money,
  outstanding: money.description('Still to be paid.'),
  dueOn: day.optional(),
};
const deposit = { platformId: id, available: money.description('What new days may still draw.') };
const payout = { payoutId: id, payeeId: id, amount: money, state: Joi.string() };

type SchemaOf<T extends EventType> = Joi.ObjectSchema<EventData[T]>;
/** With the fields of exactly this type's data, by the compiler's word. */
const data = <T extends EventType>(fields: Joi.StrictSchemaMap<EventData[T]>): SchemaOf<T> =>
  Joi.object<EventData[T], true>(fields);

/** The schema of each type's data: what OpenAPI shows, and the sieve through which an event goes out (`render-event.ts`). */
export const EVENT_SCHEMAS: { readonly [T in EventType]: SchemaOf<T> } = {
  'cover.not_covered': data<'cover.not_covered'>({
    eventId: id.description('Of the shift event: `GET /v1/shift-events/{id}`.'),
    workerId: id,
    externalId: id.description('Your own id of the worker.'),
    shiftId: id,
    orderId: id.optional(),
    policyId: id.optional().description('The policy that you named.'),
    startedAt: instant,
    reasons: Joi.array().items(Joi.object({ code: Joi.string(), name: Joi.string() })),
  }),
  'shift.clipped': data<'shift.clipped'>({
    workerId: id,
    shiftId: id,
    orderId: id.optional(),
    policyId: id,
    coverId: id,
    productDay: day,
    startedAt: instant,
    clippedAt: instant.description('Start + longest shift.'),
  }),
  'worker.linked': data<'worker.linked'>({ workerId: id, externalId: id }),
  'statement.issued': data<'statement.issued'>({
    statementId: id,
    policyId: id,
    productDay: day,
    coverCount: Joi.number().integer(),
    lineCount: Joi.number().integer(),
    total: money,
  }),
  'invoice.issued': data<'invoice.issued'>(invoice),
  'invoice.paid': data<'invoice.paid'>(invoice),
  'invoice.partly_paid': data<'invoice.partly_paid'>(invoice),
  'invoice.overdue': data<'invoice.overdue'>(invoice),
  'invoice.reopened': data<'invoice.reopened'>(invoice),
  'invoice.credited': data<'invoice.credited'>(invoice),
  'deposit.topped_up': data<'deposit.topped_up'>({ ...deposit, amount: money }),
  'deposit.low': data<'deposit.low'>(deposit),
  'deposit.empty': data<'deposit.empty'>(deposit),
  'settlement.issued': data<'settlement.issued'>({
    settlementId: id,
    carrierId: id,
    month: Joi.string().description('`2026-03`'),
    total: money,
  }),
  'payout.created': data<'payout.created'>(payout),
  'payout.paid': data<'payout.paid'>(payout),
  'payout.failed': data<'payout.failed'>(payout),
  'payout.returned': data<'payout.returned'>(payout),
  'payout.voided': data<'payout.voided'>(payout),
  'payee.changed': data<'payee.changed'>({
    payeeId: id,
    usableAt: instant.optional().description('When it has cooled down (M9).'),
  }),
  'webhook_endpoint.tested': data<'webhook_endpoint.tested'>({ endpointId: id }),
  'webhook_endpoint.paused': data<'webhook_endpoint.paused'>({
    endpointId: id,
    because: Joi.string()
      .valid('failing', 'gone')
      .description('`failing`: nothing but failures for three days; `gone`: it answered 410.'),
    failingSince: instant,
  }),
};
