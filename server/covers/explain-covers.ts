import { addDays, productDayAt } from '../../programs/calendar.ts';
import type { DecidedFact, PolicyRevision } from '../../programs/cover/cover-facts.ts';
import { formatMoney } from '../../programs/money.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import type { LocalText } from '../../programs/products/product-terms.ts';
import type { Actor } from '../actor.ts';
import type { Services } from '../services.ts';
import { coverAccess, disclose } from './cover-access.ts';
import { assertDayRange } from './day-range.ts';
import { loadCovers, revisionsOf, type DayRange } from './load-covers.ts';
import { localSpan, localTime } from './local-time.ts';
import { foldLoaded, type StandingCover } from './read-cover.ts';
import { reasonText } from './reason-text.ts';

export interface ExplainCoversInput extends DayRange {
  readonly actor: Actor;
  readonly workerId: string;
}

/** Why a worker was or was not covered on a product day. */
export interface ExplainedDay {
  readonly productDay: string;
  /** Whose local day it is. */
  readonly timeZone: string;
  readonly covered: boolean;
  readonly covers: readonly StandingCover[];
  /** Names of reasons, in the order in which the events gave them. */
  readonly reasons: readonly string[];
  readonly sentences: readonly LocalText[];
  /** The events of the day, refused ones too, in the order in which they happened. */
  readonly events: readonly DecidedFact[];
}

/**
 * Each product day of the range with its covers, reasons and events, also days that only have refused events or none. Days
 * are those of the event's policy; of an event without one, those of the platform's first policy.
 * Throws `range_invalid` (at most 92 days), `worker_not_found`.
 */
export async function explainCovers(services: Services, input: ExplainCoversInput): Promise<readonly ExplainedDay[]> {
  assertDayRange(input);
  const now = services.clock.now();
  const { actor, from, to } = input;
  const readable = (await coverAccess(services, actor, input.workerId)).filter(({ basis }) => basis !== 'consent');
  const [loaded, revisions] = await Promise.all([
    loadCovers(services, { workers: readable, from, to }),
    revisionsOf(services, readable),
  ]);
  await disclose(services, actor, readable, 'support');
  const covers = loaded.terms.map((terms) => foldLoaded(services, terms, loaded, now));
  const dayOf = new Map<string, string>();
  for (const { folded, events } of covers) {
    for (const { eventId } of events) dayOf.set(eventId, folded.terms.productDay);
  }
  const eventsOfDay = new Map<string, DecidedFact[]>();
  for (const fact of loaded.facts) {
    const day = fact.decision.cover?.productDay ?? dayOf.get(fact.eventId) ?? dayByPolicy(fact, revisions);
    const ofDay = eventsOfDay.get(day);
    if (ofDay) ofDay.push(fact);
    else eventsOfDay.set(day, [fact]);
  }
  const days: ExplainedDay[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    const ofDay = covers.filter(({ folded }) => folded.terms.productDay === day);
    days.push(explainDay(day, ofDay, eventsOfDay.get(day) ?? [], revisions));
  }
  return days;
}

function explainDay(
  productDay: string,
  covers: readonly StandingCover[],
  unordered: readonly DecidedFact[],
  revisions: readonly PolicyRevision[],
): ExplainedDay {
  const events = [...unordered].sort((a, b) => a.occurredAt - b.occurredAt || a.receivedAt - b.receivedAt);
  const covered = covers.some(({ folded }) => folded.windows.length > 0);
  const reasons = [...new Set<string>(events.flatMap(({ decision }) => decision.reasons))];
  const sentences = [
    ...headSentences(productDay, covers, covered, events.length),
    ...refusedSentences(events, revisions),
  ];
  const rest = reasons
    .map((reason) => reasonText(reason).text)
    .filter((text) => !sentences.some(({ en }) => en.includes(text.en)));
  const [cover] = covers;
  const [event] = events;
  const timeZone = cover?.folded.terms.timeZone ?? (event && policyFor(event, revisions)?.timeZone) ?? 'UTC';
  return { productDay, timeZone, covered, covers, reasons, sentences: [...sentences, ...rest], events };
}

function headSentences(
  day: string,
  covers: readonly StandingCover[],
  covered: boolean,
  eventCount: number,
): LocalText[] {
  if (covered) return covers.filter(({ folded }) => folded.windows.length > 0).map(coveredSentence);
  const why =
    eventCount === 0
      ? { en: 'no work was reported', zh: '没有工作报告' }
      : covers.length > 0
        ? { en: 'a cover was reserved, but no valid start stands', zh: '已预留保障，但没有有效的开工记录' }
        : { en: 'no start was accepted', zh: '没有获承保的开工' };
  return [{ en: `Not covered on ${day}: ${why.en}.`, zh: `${day} 没有保障：${why.zh}。` }];
}

function coveredSentence({ folded: { terms, windows, charge } }: StandingCover): LocalText {
  const name = productTerms(terms.product)?.name ?? { en: terms.product, zh: terms.product };
  const spans = windows.map((window) => localSpan(window, terms.timeZone));
  return {
    en: `Covered on ${terms.productDay} by ${name.en} (${terms.policyId}) ${spans.join(', ')}; charged ${formatMoney(charge)}.`,
    zh: `${terms.productDay} 受“${name.zh}”（${terms.policyId}）保障 ${spans.join('、')}，收费 ${formatMoney(charge)}。`,
  };
}

function refusedSentences(events: readonly DecidedFact[], revisions: readonly PolicyRevision[]): LocalText[] {
  return events
    .filter(({ decision }) => decision.outcome === 'not_covered')
    .map((fact) => {
      const at = localTime(fact.occurredAt, policyFor(fact, revisions)?.timeZone ?? 'UTC');
      const texts = fact.decision.reasons.map((reason) => reasonText(reason).text);
      return {
        en: `Shift ${fact.shiftId} at ${at} was not covered: ${texts.map(({ en }) => en).join(' ')}`,
        zh: `班次 ${fact.shiftId}（${at}）未获承保：${texts.map(({ zh }) => zh).join('')}`,
      };
    });
}

function policyFor(fact: DecidedFact, revisions: readonly PolicyRevision[]): PolicyRevision | undefined {
  const ofPlatform = revisions.filter(({ platformId }) => platformId === fact.platformId);
  return ofPlatform.find(({ policyId }) => policyId === fact.policyId) ?? ofPlatform[0];
}

function dayByPolicy(fact: DecidedFact, revisions: readonly PolicyRevision[]): string {
  const policy = policyFor(fact, revisions);
  const boundary = (policy && productTerms(policy.product)?.dayBoundary) ?? '00:00';
  return productDayAt(fact.occurredAt, { timeZone: policy?.timeZone ?? 'UTC', boundary });
}
