import Joi from 'joi';
import { formatInstant, type Interval } from '../../programs/calendar.ts';
import type { DecidedFact } from '../../programs/cover/cover-facts.ts';
import type { VerdictCover } from '../../programs/cover/cover-verdict.ts';
import { reasonText } from './reason-text.ts';
import { parseCoverId } from '../../programs/cover/cover-id.ts';
import type { CoverCheck, KnownVerdict } from './check-cover.ts';
import { verdictSentences } from './verdict-sentences.ts';

const text = Joi.object({ en: Joi.string(), zh: Joi.string() });
const at = Joi.string().description('ISO 8601, UTC.');

export const windowSchema = Joi.object({ from: at, to: at.description('Exclusive.') });
export const reasonSchema = Joi.object({ code: Joi.string(), name: Joi.string(), text });
export const contradictionSchema = Joi.object({
  code: Joi.string(),
  shiftId: Joi.string(),
  eventIds: Joi.array().items(Joi.string()),
});
export const decidingEventSchema = Joi.object({
  eventId: Joi.string(),
  type: Joi.string(),
  shiftId: Joi.string(),
  orderId: Joi.string().optional(),
  time: at,
  receivedAt: at,
  verdict: Joi.string().description('What the event was answered with.'),
  reasons: Joi.array().items(reasonSchema),
  flags: Joi.array().items(Joi.string()),
});

const verdictSchema = Joi.object({
  asKnownAt: at,
  provisional: Joi.boolean().description(
    'The instant of knowledge is younger than 60 s: reports may still be on their way (G19).',
  ),
  covered: Joi.boolean(),
  covers: Joi.array().items(
    Joi.object({
      coverId: Joi.string().optional().description('Absent where only a consent lets you see the cover.'),
      policyId: Joi.string().optional(),
      product: Joi.string(),
      productDay: Joi.string(),
      window: windowSchema.description('The one that holds the instant.'),
      windows: Joi.array().items(windowSchema),
      needsPerson: Joi.boolean().description(
        'Known only from reports received after the instant: a claim goes to a person (G10).',
      ),
    }),
  ),
  reasons: Joi.array().items(reasonSchema),
  sentences: Joi.array().items(text).description('The verdict and its reasons for people.'),
  decidedBy: Joi.array().items(decidingEventSchema),
  gaps: Joi.array()
    .items(Joi.object({ from: at, to: at, shiftId: Joi.string() }))
    .description('Uninsured parts of starts reported late (G9).'),
  flags: Joi.array().items(Joi.string()),
  contradictions: Joi.array().items(contradictionSchema),
}).meta({ title: 'CoverVerdict' });

export const coverCheckSchema = Joi.object({
  workerId: Joi.string(),
  at,
  covered: Joi.boolean().description('As it is known now, or at `asKnownAt` when that was asked.'),
  asKnown: verdictSchema.optional().description('Answers `asKnownAt`.'),
  asKnownThen: verdictSchema.optional().description('From what was received by `at`.'),
  asKnownNow: verdictSchema.optional().description('From all that was received.'),
}).meta({ title: 'CoverCheck' });

export function renderCoverCheck(check: CoverCheck) {
  const { answers } = check;
  const head = { workerId: check.workerId, at: formatInstant(check.at) };
  if ('asKnown' in answers) {
    return { ...head, covered: answers.asKnown.verdict.covered, asKnown: renderKnown(check, answers.asKnown) };
  }
  return {
    ...head,
    covered: answers.asKnownNow.verdict.covered,
    asKnownThen: renderKnown(check, answers.asKnownThen),
    asKnownNow: renderKnown(check, answers.asKnownNow),
  };
}

function renderKnown({ timeZone, consentedWorkerIds }: CoverCheck, known: KnownVerdict) {
  const { verdict, deciding, gaps } = known;
  const flags = new Set<string>(deciding.flatMap(({ decision }) => decision.flags));
  if (verdict.needsPerson) flags.add('needs_person');
  return {
    asKnownAt: formatInstant(known.asKnownAt),
    provisional: known.provisional,
    covered: verdict.covered,
    covers: verdict.covers.map((cover) => renderVerdictCover(cover, consentedWorkerIds)),
    reasons: verdict.reasons.map(reasonText),
    sentences: verdictSentences({ verdict, gaps, timeZone }),
    decidedBy: deciding.map(renderDecidingEvent),
    gaps: gaps.map(({ from, to, shiftId }) => ({ ...renderWindow({ from, to }), shiftId })),
    flags: [...flags],
    contradictions: verdict.contradictions,
  };
}

function renderVerdictCover(cover: VerdictCover, consentedWorkerIds: ReadonlySet<string>) {
  const workerId = parseCoverId(cover.coverId)?.workerId;
  const isOwn = workerId !== undefined && !consentedWorkerIds.has(workerId);
  return {
    ...(isOwn && { coverId: cover.coverId, policyId: cover.policyId }),
    product: cover.product,
    productDay: cover.productDay,
    window: renderWindow(cover.window),
    windows: cover.windows.map(renderWindow),
    needsPerson: cover.needsPerson,
  };
}

export const renderWindow = ({ from, to }: Interval) => ({ from: formatInstant(from), to: formatInstant(to) });

export function renderDecidingEvent(fact: DecidedFact) {
  return {
    eventId: fact.eventId,
    type: `com.parasol.${fact.type}.v1`,
    shiftId: fact.shiftId,
    ...(fact.orderId !== undefined && { orderId: fact.orderId }),
    time: formatInstant(fact.occurredAt),
    receivedAt: formatInstant(fact.receivedAt),
    verdict: fact.decision.outcome,
    reasons: fact.decision.reasons.map(reasonText),
    flags: fact.decision.flags,
  };
}
