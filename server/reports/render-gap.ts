import { stringify, type Options } from 'csv-stringify/sync';
import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import type { LocalText } from '../../programs/products/product-terms.ts';
import { reasonText } from '../covers/reason-text.ts';
import { reasonSchema } from '../covers/render-verdict.ts';
import { GAP_KINDS, type Gap } from './gap-report.ts';

export const gapSchema = Joi.object({
  kind: Joi.string()
    .valid(...GAP_KINDS)
    .description(
      '`not_covered`: a start that was refused; `late_gap`: the part of a late start before its receipt; `cover_without_work`: a reserved cover of which no valid start stands.',
    ),
  from: Joi.string().description('When the work started, or the cover was opened.'),
  to: Joi.string().optional().description('`late_gap`: when protection began.'),
  receivedAt: Joi.string().optional(),
  workerId: Joi.string(),
  externalId: Joi.string().optional(),
  shiftId: Joi.string().optional(),
  orderId: Joi.string().optional(),
  eventId: Joi.string(),
  policyId: Joi.string().optional(),
  coverId: Joi.string().optional(),
  productDay: Joi.string().optional(),
  reasons: Joi.array().items(reasonSchema),
  why: Joi.object({ en: Joi.string(), zh: Joi.string() }),
}).meta({ title: 'Gap' });

const NO_WORK: LocalText = {
  en: 'A cover was reserved, but no valid start of work stands; it protects nothing and is not charged.',
  zh: '已预留保障，但没有有效的开工记录；不提供保障，也不收费。',
};

export function renderGap(gap: Gap) {
  if (gap.kind === 'cover_without_work') {
    const { terms, contradictions } = gap.folded;
    return {
      kind: gap.kind,
      from: formatInstant(terms.openedAt),
      workerId: terms.workerId,
      eventId: terms.openedByEventId,
      policyId: terms.policyId,
      coverId: terms.coverId,
      productDay: terms.productDay,
      ...(contradictions[0] && { shiftId: contradictions[0].shiftId }),
      reasons: [],
      why: NO_WORK,
    };
  }
  const { fact, externalId } = gap;
  const { cover } = fact.decision;
  const policyId = cover?.policyId ?? fact.policyId;
  const reasons = fact.decision.reasons.map(reasonText);
  return {
    kind: gap.kind,
    from: formatInstant(fact.occurredAt),
    ...(gap.kind === 'late_gap' && { to: formatInstant(gap.gap.to) }),
    receivedAt: formatInstant(fact.receivedAt),
    workerId: fact.workerId,
    externalId,
    shiftId: fact.shiftId,
    ...(fact.orderId !== undefined && { orderId: fact.orderId }),
    eventId: fact.eventId,
    ...(policyId !== undefined && { policyId }),
    ...(cover && { coverId: cover.coverId, productDay: cover.productDay }),
    reasons,
    why: { en: reasons.map(({ text }) => text.en).join(' '), zh: reasons.map(({ text }) => text.zh).join('') },
  };
}

/** A spreadsheet must not run what a platform once sent as an id. */
const CSV: Options = { escape_formulas: true, record_delimiter: 'windows' };

const COLUMNS = [
  'kind',
  'from',
  'to',
  'received_at',
  'worker_id',
  'external_id',
  'shift_id',
  'order_id',
  'event_id',
  'policy_id',
  'cover_id',
  'product_day',
  'reasons',
  'why_en',
  'why_zh',
] as const;

export const gapCsvHead = (): string => stringify([[...COLUMNS]], CSV);

export function gapCsvRow(gap: Gap): string {
  const row: ReturnType<typeof renderGap> & {
    to?: string;
    receivedAt?: string;
    externalId?: string;
    orderId?: string;
  } = renderGap(gap);
  const reasons = row.reasons.map(({ code, name }) => `${code} ${name}`).join('; ');
  return stringify(
    [
      [
        row.kind,
        row.from,
        row.to ?? '',
        row.receivedAt ?? '',
        row.workerId,
        row.externalId ?? '',
        row.shiftId ?? '',
        row.orderId ?? '',
        row.eventId,
        row.policyId ?? '',
        row.coverId ?? '',
        row.productDay ?? '',
        reasons,
        row.why.en,
        row.why.zh,
      ],
    ],
    CSV,
  );
}
