import assert from 'node:assert/strict';
import { formatInstant, minuteMs, parseInstant } from '../../calendar.ts';
import type { Instant, Interval } from '../../calendar.ts';
import { formatMoney } from '../../money.ts';
import { productTerms } from '../../products/catalogue.ts';
import type {
  CoverTerms,
  DecidedFact,
  FoldedCover,
  PolicyRevision,
  ShiftEventType,
  ShiftFact,
  Unavailability,
} from '../cover-facts.ts';
import { coverVerdict } from '../cover-verdict.ts';
import type { CoverVerdict } from '../cover-verdict.ts';
import { decideCover } from '../decide-cover.ts';
import type { DecideCoverInput } from '../decide-cover.ts';
import { foldCover } from '../fold-cover.ts';

export const shanghai = 'Asia/Shanghai';

/** A revision in force for the whole of these tests unless a field says otherwise. */
export function policy(fields: Partial<PolicyRevision> = {}): PolicyRevision {
  return {
    policyId: 'pol_a',
    revision: 1,
    recordedAt: 0,
    effectiveAt: 0,
    platformId: 'plt_a',
    carrierId: 'car_a',
    policyholder: 'Platform A',
    product: 'rider-day@1',
    period: { from: 0, to: instant('2100-01-01T00:00:00Z') },
    timeZone: shanghai,
    occupationClasses: ['rider'],
    territories: ['CN-44'],
    backFilling: false,
    prepaid: false,
    ...fields,
  };
}

/** An instant with its offset written out. */
export function instant(text: string): Instant {
  const at = parseInstant(text);
  assert.ok(at !== undefined, `${text} is no instant`);
  return at;
}

/** `08:00` on 22 November 2026 in Shanghai; `+1 08:00` a day later, `-1 08:00` a day before; seconds may follow. */
export function clock(text: string): Instant {
  const [, days = '0', time = ''] = /^(?:([+-]\d+) )?(\S+)$/.exec(text) ?? [];
  const seconds = time.length === 5 ? `${time}:00` : time;
  return instant(`2026-11-22T${seconds}+08:00`) + Number(days) * 24 * 60 * minuteMs;
}

/** The worker's day as `08:00`, with `-1`/`+1` before it on the days around. */
export function showClock(at: Instant): string {
  const days = Math.floor((at - clock('00:00')) / (24 * 60 * minuteMs));
  const time = formatInstant(at, shanghai)
    .slice(11, 23)
    .replace(/\.000$/, '')
    .replace(/:00$/, '');
  return days === 0 ? time : `${days > 0 ? '+' : ''}${days} ${time}`;
}

export function showWindows(windows: readonly Interval[]): string {
  return windows.map(({ from, to }) => `[${showClock(from)}, ${showClock(to)})`).join(' ') || 'none';
}

/** One event of a story. `received` is left out when it arrived the moment it happened. */
export type Told = Partial<Omit<ShiftFact, 'occurredAt' | 'receivedAt' | 'type'>> & {
  readonly at: string | Instant;
  readonly received?: string | Instant;
  readonly ageUnknown?: true;
};

export type Setting = Partial<
  Pick<DecideCoverInput, 'policies' | 'worker' | 'unavailability' | 'deposit' | 'otherShiftOwner'>
>;

/** Facts of one worker, decided one by one as they are told, the way a flush does it. */
export class WorkerStory {
  readonly facts: DecidedFact[] = [];
  readonly covers: CoverTerms[] = [];
  private count = 0;

  constructor(readonly setting: Setting = {}) {}

  started(told: Told, setting: Setting = {}): DecidedFact {
    return this.tell('shift.started', told, setting);
  }

  ended(told: Told): DecidedFact {
    return this.tell('shift.ended', told);
  }

  cancelled(told: Told): DecidedFact {
    return this.tell('shift.cancelled', told);
  }

  accepted(orderId: string, told: Told): DecidedFact {
    return this.tell('order.accepted', { orderId, ...told });
  }

  completed(orderId: string, told: Told): DecidedFact {
    return this.tell('order.completed', { orderId, ...told });
  }

  tell(type: ShiftEventType, { at, received, ageUnknown, ...fields }: Told, setting: Setting = {}): DecidedFact {
    this.count += 1;
    const occurredAt = typeof at === 'string' ? clock(at) : at;
    const event: ShiftFact = {
      eventId: `evt_${String(this.count).padStart(4, '0')}`,
      type,
      platformId: 'plt_a',
      workerId: 'wrk_a',
      shiftId: 's1',
      occupationClass: 'rider',
      territory: 'CN-44',
      ...(ageUnknown ? {} : { declaredAge: 30 }),
      ...fields,
      occurredAt,
      receivedAt: received === undefined ? occurredAt : typeof received === 'string' ? clock(received) : received,
    };
    const decided = { ...event, decision: this.decide(event, setting) };
    this.facts.push(decided);
    return decided;
  }

  private decide(event: ShiftFact, setting: Setting): DecidedFact['decision'] {
    const { decision, reserve } = decideCover({
      event,
      known: this.facts,
      worker: {},
      policies: [policy()],
      unavailability: [],
      termsOf: productTerms,
      ...this.setting,
      ...setting,
    });
    if (reserve) this.covers.push(reserve);
    return decision;
  }

  get unavailability(): Unavailability {
    return this.setting.unavailability ?? [];
  }

  /** The fold of each cover, with what is known, or was known by then. */
  folds(knownBy: Instant = Infinity): FoldedCover[] {
    const facts = this.facts.filter(({ receivedAt }) => receivedAt <= knownBy);
    return this.covers.map((cover) => foldCover({ cover, facts, unavailability: this.unavailability }));
  }

  windows(): string {
    return this.folds()
      .map(({ windows }) => showWindows(windows))
      .join(' | ');
  }

  charge(): string {
    return this.folds()
      .map(({ charge, quantity }) => `${formatMoney(charge)} x${quantity}`)
      .join(' | ');
  }

  contradictions(asOf?: string): string[] {
    const at = asOf === undefined ? {} : { asOf: clock(asOf) };
    const unavailability = this.unavailability;
    return this.covers.flatMap((cover) =>
      foldCover({ cover, facts: this.facts, unavailability, ...at }).contradictions.map(({ code }) => code),
    );
  }

  verdict(at: string | Instant, asKnownAt?: string | Instant): CoverVerdict {
    return coverVerdict({
      at: typeof at === 'string' ? clock(at) : at,
      covers: this.covers,
      facts: this.facts,
      unavailability: this.unavailability,
      ...(asKnownAt === undefined ? {} : { asKnownAt: typeof asKnownAt === 'string' ? clock(asKnownAt) : asKnownAt }),
    });
  }
}

/** `covered`, or `not_covered` with its reasons: a decision in one line. */
export function show({ decision }: DecidedFact): string {
  return [decision.outcome, ...decision.reasons].join(' ');
}
