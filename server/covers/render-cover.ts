import Joi from 'joi';
import { formatInstant, productDayInterval } from '../../programs/calendar.ts';
import type { FoldedCover, FoldedShift } from '../../programs/cover/cover-facts.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import type { ListedCover } from './list-covers.ts';
import type { StandingCover } from './read-cover.ts';
import {
  contradictionSchema,
  decidingEventSchema,
  renderDecidingEvent,
  renderWindow,
  windowSchema,
} from './render-verdict.ts';

const instant = Joi.string().description('ISO 8601, UTC.');
const name = Joi.object({ en: Joi.string(), zh: Joi.string() });

const shared = {
  product: Joi.string(),
  productName: name.optional(),
  productDay: Joi.string(),
  day: windowSchema.description('The instants of the product day.'),
  timeZone: Joi.string(),
  state: Joi.string()
    .valid('live', 'not_live')
    .description('`not_live`: no valid start is stored, so no protection and no charge (G1).'),
  windows: Joi.array().items(windowSchema).description('When it protects: disjoint, ascending.'),
};

const charge = Joi.object({
  amount: Joi.number().integer().description('Minor units.'),
  currency: Joi.string(),
  final: Joi.boolean(),
  quantity: Joi.number().integer().description('Days, minutes or orders charged.'),
});

export const listedCoverSchema = Joi.object({
  coverId: Joi.string()
    .optional()
    .description('Absent, like policy and charge, where only a consent lets you see the cover.'),
  policyId: Joi.string().optional(),
  policyRevision: Joi.number().integer().optional(),
  charge: charge.optional(),
  ...shared,
}).meta({ title: 'ListedCover' });

export const coverSchema = Joi.object({
  coverId: Joi.string(),
  workerId: Joi.string(),
  policyId: Joi.string(),
  policyRevision: Joi.number().integer(),
  charge,
  ...shared,
  openedAt: instant,
  openedBy: Joi.string().description('The event that opened it.'),
  backFilling: Joi.boolean(),
  shifts: Joi.array().items(
    Joi.object({
      shiftId: Joi.string(),
      orderId: Joi.string().optional(),
      startedAt: instant,
      effectiveAt: instant.description('Protection begins: the start, or its receipt when late (G9).'),
      endedAt: instant,
      protectedUntil: instant,
      end: Joi.string().valid('reported', 'cancelled', 'clipped').description('`clipped`: no end was reported (G14).'),
      charged: Joi.boolean(),
      eventIds: Joi.array().items(Joi.string()),
    }),
  ),
  contradictions: Joi.array().items(contradictionSchema),
  events: Joi.array().items(decidingEventSchema),
  links: Joi.object({ certificate: Joi.string(), certificatePdf: Joi.string() }),
}).meta({ title: 'Cover' });

export function renderListedCover({ folded, byConsent }: ListedCover) {
  const { coverId, policyId, policyRevision } = folded.terms;
  return {
    ...(!byConsent && { coverId, policyId, policyRevision, charge: renderCharge(folded) }),
    ...renderShared(folded),
  };
}

export function renderCover({ folded, events }: StandingCover) {
  const { terms } = folded;
  const path = `/v1/covers/${encodeURIComponent(terms.coverId)}`;
  return {
    coverId: terms.coverId,
    workerId: terms.workerId,
    policyId: terms.policyId,
    policyRevision: terms.policyRevision,
    charge: renderCharge(folded),
    ...renderShared(folded),
    openedAt: formatInstant(terms.openedAt),
    openedBy: terms.openedByEventId,
    backFilling: terms.backFilling,
    shifts: folded.shifts.map(renderShift),
    contradictions: folded.contradictions,
    events: events.map(renderDecidingEvent),
    links: { certificate: `${path}/certificate`, certificatePdf: `${path}/certificate.pdf` },
  };
}

const renderCharge = ({ charge: { amount, currency, final }, quantity }: FoldedCover) => ({
  amount,
  currency,
  final,
  quantity,
});

function renderShared({ terms, live, windows }: FoldedCover) {
  const product = productTerms(terms.product);
  const rule = { timeZone: terms.timeZone, boundary: product?.dayBoundary ?? '00:00' };
  return {
    product: terms.product,
    ...(product && { productName: product.name }),
    productDay: terms.productDay,
    day: renderWindow(productDayInterval(terms.productDay, rule)),
    timeZone: terms.timeZone,
    state: live ? 'live' : 'not_live',
    windows: windows.map(renderWindow),
  };
}

function renderShift(shift: FoldedShift) {
  return {
    shiftId: shift.shiftId,
    ...(shift.orderId !== undefined && { orderId: shift.orderId }),
    startedAt: formatInstant(shift.startedAt),
    effectiveAt: formatInstant(shift.effectiveAt),
    endedAt: formatInstant(shift.endedAt),
    protectedUntil: formatInstant(shift.protectedUntil),
    end: shift.end,
    charged: shift.charged,
    eventIds: shift.eventIds,
  };
}
