import assert from 'node:assert/strict';
import fc from 'fast-check';
import { containsInstant, minuteMs, overlapInterval, subtractIntervals, totalMs, unionIntervals } from '../calendar.ts';
import type { Instant, Interval } from '../calendar.ts';
import { productTerms } from '../products/catalogue.ts';
import type { DecidedFact, ShiftEventType } from './cover-facts.ts';
import { coverVerdict } from './cover-verdict.ts';
import { decideCover } from './decide-cover.ts';
import { foldCover } from './fold-cover.ts';
import { protectsAt } from './fold-shifts.ts';
import { clock, policy, WorkerStory } from './testing/worker-story.ts';

const graceMs = 10 * minuteMs;

type Kind = 'start' | 'end' | 'cancel' | 'unused';

const shiftTypes: Record<Kind, ShiftEventType> = {
  start: 'shift.started',
  end: 'shift.ended',
  cancel: 'shift.cancelled',
  unused: 'order.accepted',
};
const orderTypes: Record<Kind, ShiftEventType> = {
  start: 'order.accepted',
  end: 'order.completed',
  cancel: 'shift.cancelled',
  unused: 'shift.started',
};

/** Times lie on a coarse grid, so that boundaries, ties and repeats are met often. */
const event = fc.record({
  kind: fc.constantFrom<Kind>('start', 'start', 'start', 'end', 'end', 'cancel', 'unused'),
  minutes: fc.oneof(
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 30 }).map((hour) => hour * 60),
  ),
  delay: fc.constantFrom(-5, 0, 0, 0, 0, 1, 5, 10, 11, 60, 300, 960, 1500),
  shiftId: fc.constantFrom('s1', 's1', 's2'),
  orderId: fc.constantFrom('o1', 'o1', 'o2', undefined),
});

const stories = fc
  .record({
    events: fc.array(event, { minLength: 1, maxLength: 10, size: 'max' }),
    product: fc.constantFrom('rider-day@1', 'hourly-work@1', 'freight-order@1'),
    backFilling: fc.constantFrom(false, false, true),
    unavailable: fc.constantFrom([], [], [{ from: clock('05:00'), to: clock('07:00') }]),
  })
  .map(({ events, product, backFilling, unavailable }) => {
    const story = new WorkerStory({
      policies: [policy({ product, backFilling })],
      unavailability: unavailable,
    });
    const types = product === 'freight-order@1' ? orderTypes : shiftTypes;
    const told = events.map(({ kind, minutes, delay, orderId, ...rest }) => {
      const at = clock('00:00') + minutes * minuteMs;
      return {
        ...rest,
        type: types[kind],
        at,
        received: at + delay * minuteMs,
        ...(orderId === undefined ? {} : { orderId }),
      };
    });
    for (const { type, ...one } of told.sort((a, b) => a.received - b.received)) story.tell(type, one);
    return story;
  });

const isStart = ({ type }: DecidedFact) => type === 'shift.started' || type === 'order.accepted';
const isAccepted = (fact: DecidedFact) => isStart(fact) && fact.decision.cover !== undefined;
const holds = (windows: readonly Interval[], at: Instant) => windows.some((window) => containsInstant(window, at));

function windowsOf(story: WorkerStory, coverId: string, facts: readonly DecidedFact[]): readonly Interval[] {
  const cover = story.covers.find((each) => each.coverId === coverId);
  assert.ok(cover);
  return foldCover({ cover, facts, unavailability: story.unavailability }).windows;
}

/** Every instant at which something may change, and its neighbours. */
function edges(story: WorkerStory): Instant[] {
  const windows = story.folds().flatMap((fold) => fold.windows);
  const instants = [
    ...windows.flatMap(({ from, to }) => [from, to]),
    ...story.facts.flatMap((f) => [f.occurredAt, f.receivedAt]),
  ];
  return instants.flatMap((at) => [at - 1, at, at + 1]);
}

const receiptsOf = (story: WorkerStory) => [...new Set(story.facts.map(({ receivedAt }) => receivedAt))];
const runs = { numRuns: 250 };

describe('cover, whatever is reported', () => {
  it('does not depend on the order of the list, nor on repetitions (G12)', () => {
    const shuffled = stories.chain((story) =>
      fc
        .shuffledSubarray([...story.facts, ...story.facts], { minLength: story.facts.length * 2 })
        .map((facts) => ({ story, facts })),
    );
    fc.assert(
      fc.property(shuffled, ({ story, facts }) => {
        const { unavailability } = story;
        for (const cover of story.covers) {
          assert.deepEqual(
            foldCover({ cover, facts, unavailability }),
            foldCover({ cover, facts: story.facts, unavailability }),
          );
        }
        const covers = [...story.covers].reverse();
        for (const at of edges(story).slice(0, 9)) {
          assert.deepEqual(coverVerdict({ at, covers, facts, unavailability }), story.verdict(at));
        }
      }),
      runs,
    );
  });

  it('takes nothing away by what is received later (G11)', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const finals = story.folds();
        receiptsOf(story).forEach((receivedAt, index, all) => {
          const past = { from: -Infinity, to: all[index + 1] ?? Infinity };
          story.folds(receivedAt).forEach((fold, which) => {
            const given = fold.windows.flatMap((window) => overlapInterval(window, past) ?? []);
            assert.deepEqual(subtractIntervals(given, finals[which]?.windows ?? []), []);
          });
        });
      }),
      runs,
    );
  });

  it('lets nothing reach back before its receipt, but starts in grace, excused or back-filled (G9, G12)', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const strict = story.unavailability.length === 0 && !story.covers.some(({ backFilling }) => backFilling);
        receiptsOf(story).forEach((receivedAt, index, all) => {
          const before = story.folds(all[index - 1] ?? -Infinity);
          const brought = story.facts.filter((fact) => fact.receivedAt === receivedAt && isAccepted(fact));
          story.folds(receivedAt).forEach((fold, which) => {
            const starts = brought.flatMap(({ decision }) => decision.cover ?? []);
            const own = starts.filter(({ coverId }) => coverId === fold.terms.coverId);
            const from = Math.min(receivedAt, ...own.map(({ effectiveAt }) => effectiveAt));
            const added = subtractIntervals(fold.windows, before[which]?.windows ?? []);
            assert.ok(added.every((window) => window.from >= from));
            if (strict) assert.ok(from >= receivedAt - graceMs);
          });
        });
      }),
      runs,
    );
  });

  it('answers at any instant what the windows say, then and now (G19)', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const all = unionIntervals(story.folds().flatMap(({ windows }) => windows));
        for (const at of edges(story)) {
          const verdict = story.verdict(at);
          assert.equal(verdict.covered, holds(all, at));
          for (const { terms: cover, windows } of story.folds()) {
            const terms = productTerms(cover.product);
            assert.ok(terms);
            const rules = { cover, terms, unavailability: story.unavailability };
            assert.equal(protectsAt(story.facts, rules, at), holds(windows, at));
          }
          assert.equal(verdict.covered, verdict.covers.length > 0);
          assert.equal(verdict.covered ? undefined : verdict.reasons.length > 0, verdict.covered ? undefined : true);
          const then = story.verdict(at, at);
          assert.ok(!then.covered || verdict.covered, 'covered as known then, so covered as known now');
          assert.ok(!then.needsPerson);
          assert.equal(verdict.covered && !then.covered, verdict.covered && verdict.covers.every((c) => c.needsPerson));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('charges no day twice, never below zero, and no time that nobody was covered for', () => {
    fc.assert(
      fc.property(stories, (story) => {
        assert.equal(new Set(story.covers.map(({ coverId }) => coverId)).size, story.covers.length);
        const opened = story.facts.filter(({ decision }) => decision.outcome === 'covered');
        assert.deepEqual(
          opened.map(({ decision }) => decision.cover?.coverId),
          story.covers.map(({ coverId }) => coverId),
        );
        for (const { charge, quantity, windows, terms, shifts } of story.folds()) {
          const product = productTerms(terms.product);
          assert.ok(product && charge.amount >= 0 && quantity >= 0);
          if (windows.length === 0 || shifts.every(({ charged }) => !charged)) assert.equal(charge.amount, 0);
          if (product.charge.kind === 'per_day') assert.ok(charge.amount === 0 || charge.amount === 300);
          if (product.charge.kind === 'per_order') {
            const accepted = story.facts.filter((f) => f.decision.cover?.coverId === terms.coverId && isAccepted(f));
            assert.ok(quantity <= new Set(accepted.map((f) => f.orderId ?? f.shiftId)).size);
          }
          if (product.charge.kind === 'per_hour') {
            assert.ok(quantity <= Math.max(60, Math.ceil(totalMs(windows) / minuteMs)));
          }
        }
      }),
      runs,
    );
  });

  it('decides the same again from the stored facts, and its decisions agree with the folds', () => {
    fc.assert(
      fc.property(stories, (story) => {
        story.facts.forEach((fact, index) => {
          const before = story.facts.slice(0, index);
          const { decision: stored, ...event } = fact;
          const policies = story.setting.policies ?? [];
          const setting = { worker: {}, policies, unavailability: story.unavailability, termsOf: productTerms };
          const { decision, reserve } = decideCover({ ...setting, event, known: [...before].reverse() });
          assert.deepEqual(decision, stored);
          const { cover, outcome } = decision;
          assert.equal(reserve !== undefined, outcome === 'covered');
          if (outcome === 'ended') assert.ok(before.some((f) => f.decision.cover?.coverId === cover?.coverId));
          if (!isAccepted(fact) || cover === undefined) {
            for (const { coverId } of isStart(fact) ? story.covers : []) {
              assert.deepEqual(windowsOf(story, coverId, [...before, fact]), windowsOf(story, coverId, before));
            }
            return;
          }
          const heldBefore = holds(windowsOf(story, cover.coverId, before), cover.effectiveAt);
          assert.ok(holds(windowsOf(story, cover.coverId, [...before, fact]), cover.effectiveAt));
          assert.equal(outcome === 'already_covered', heldBefore);
          assert.equal(
            outcome === 'covered',
            !before.some((f) => isAccepted(f) && f.decision.cover?.coverId === cover.coverId),
          );
        });
      }),
      runs,
    );
  });
});
