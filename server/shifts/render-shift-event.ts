import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import { reasonOf } from '../../programs/cover/reasons.ts';
import type { IntakeResult } from './shift-intake.ts';
import type { ShiftEventDocument, StoredDecision } from './shift-event-model.ts';

const money = { amount: Joi.number().integer().description('Minor units.'), currency: Joi.string() };
const reasonSchema = Joi.object({
  code: Joi.string(),
  name: Joi.string(),
  text: Joi.object({ en: Joi.string(), zh: Joi.string() }),
});

const decisionKeys = {
  verdict: Joi.string().valid(
    'covered',
    'already_covered',
    'extended',
    'ended',
    'pending_start',
    'recorded',
    'not_covered',
  ),
  reasons: Joi.array().items(reasonSchema),
  flags: Joi.array().items(Joi.string()),
  coverId: Joi.string().optional(),
  policyId: Joi.string().optional(),
  product: Joi.string().optional(),
  productDay: Joi.string().optional(),
  effectiveAt: Joi.string()
    .optional()
    .description('Protection because of this start begins here: its time, or its receipt when late.'),
  premium: Joi.object({ ...money, final: Joi.boolean() })
    .optional()
    .description("The day's price, not an addition; `final: false` is the minimum, the day's close computes the rest."),
};

export const decisionSchema = Joi.object({
  eventId: Joi.string(),
  workerId: Joi.string(),
  receivedAt: Joi.string().description('Of the first receipt.'),
  replayed: Joi.boolean(),
  ...decisionKeys,
}).meta({ title: 'ShiftEventResult' });

export const storedEventSchema = Joi.object({
  eventId: Joi.string(),
  source: Joi.string(),
  id: Joi.string(),
  type: Joi.string(),
  subject: Joi.string().optional(),
  time: Joi.string(),
  receivedAt: Joi.string(),
  workerId: Joi.string(),
  data: Joi.object().unknown(),
  via: Joi.string().valid('api', 'import'),
  ...decisionKeys,
}).meta({ title: 'ShiftEvent' });

/** The answer to an event; the same for a replay, but for `replayed` (G2). */
export function renderResult(result: Extract<IntakeResult, { status: 'accepted' | 'replayed' }>) {
  return {
    eventId: result.eventId,
    workerId: result.workerId,
    receivedAt: formatInstant(result.receivedAt),
    replayed: result.status === 'replayed',
    ...renderDecision(result.decision),
  };
}

export function renderDecision({ outcome, reasons, flags, cover, premium }: StoredDecision) {
  return {
    verdict: outcome,
    reasons: reasons.flatMap((name) => reasonOf(name) ?? []),
    flags,
    ...(cover && {
      coverId: cover.coverId,
      policyId: cover.policyId,
      product: cover.product,
      productDay: cover.productDay,
      effectiveAt: formatInstant(cover.effectiveAt.getTime()),
    }),
    ...(premium && { premium }),
  };
}

export function renderStoredEvent(document: ShiftEventDocument) {
  const { workerId, externalId, shiftId, orderId, policyId, occupationClass, territory, declaredAge } = document;
  return {
    eventId: document._id,
    source: document.source,
    id: document.eventId,
    type: `com.parasol.${document.type}.v1`,
    ...(document.subject !== undefined && { subject: document.subject }),
    time: formatInstant(document.time.getTime()),
    receivedAt: formatInstant(document.receivedAt.getTime()),
    workerId,
    data: {
      workerId: externalId,
      shiftId,
      ...(orderId !== undefined && { orderId }),
      ...(policyId !== undefined && { policyId }),
      occupationClass,
      territory,
      ...(declaredAge !== undefined && { declaredAge }),
    },
    via: document.via,
    ...renderDecision(document.decision),
  };
}
