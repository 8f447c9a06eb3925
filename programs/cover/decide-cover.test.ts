import assert from 'node:assert/strict';
import { instant, policy, show, WorkerStory } from './testing/worker-story.ts';
import type { Setting, Told } from './testing/worker-story.ts';

const at0800 = instant('2026-11-22T08:00:00+08:00');
const second = policy({ policyId: 'pol_b', product: 'hourly-work@1' });
const hourly = policy({ product: 'hourly-work@1' });
const freight = policy({ product: 'freight-order@1' });

describe('a first start', () => {
  const rows: [string, Setting, Partial<Told>, string][] = [
    ['is covered', {}, {}, 'covered'],
    ['no policy at all', { policies: [] }, {}, 'not_covered no_policy'],
    ['only another platform has one', { policies: [policy({ platformId: 'plt_b' })] }, {}, 'not_covered no_policy'],
    ['recorded after receipt', { policies: [policy({ recordedAt: at0800 + 1 })] }, {}, 'not_covered no_policy'],
    ['recorded at receipt', { policies: [policy({ recordedAt: at0800 })] }, {}, 'covered'],
    ['an unknown policy is named', {}, { policyId: 'pol_x' }, 'not_covered unknown_policy'],
    [
      "another platform's policy is named",
      { policies: [policy(), policy({ policyId: 'pol_b', platformId: 'plt_b' })] },
      { policyId: 'pol_b' },
      'not_covered unknown_policy',
    ],
    ['begins now', { policies: [policy({ period: { from: at0800, to: at0800 + 1 } })] }, {}, 'covered'],
    [
      'ended a moment ago',
      { policies: [policy({ period: { from: 0, to: at0800 } })] },
      {},
      'not_covered policy_not_in_force',
    ],
    [
      'begins in a moment',
      { policies: [policy({ period: { from: at0800 + 1, to: at0800 + 9 } })] },
      {},
      'not_covered policy_not_in_force',
    ],
    [
      'no revision is effective yet',
      { policies: [policy({ effectiveAt: at0800 + 1 })] },
      {},
      'not_covered policy_not_in_force',
    ],
    [
      'late, and the policy began before the receipt',
      { policies: [policy({ period: { from: at0800 + 600_000, to: at0800 * 2 } })] },
      { received: '08:20' },
      'covered late_from_receipt',
    ],
    [
      'in grace, but the policy began after the start',
      { policies: [policy({ period: { from: at0800 + 1, to: at0800 * 2 } })] },
      { received: '08:05' },
      'not_covered policy_not_in_force',
    ],
    ['another occupation', {}, { occupationClass: 'roofer' }, 'not_covered occupation_not_covered'],
    ['another territory', {}, { territory: 'CN-11' }, 'not_covered territory_not_covered'],
    [
      'both are wrong: the occupation is told first',
      {},
      { territory: 'CN-11', occupationClass: 'roofer' },
      'not_covered occupation_not_covered',
    ],
    ['several match', { policies: [policy(), second] }, {}, 'not_covered several_policies'],
    ['several match and one is named', { policies: [policy(), second] }, { policyId: 'pol_b' }, 'covered'],
    [
      'several, but only one in force',
      { policies: [policy(), { ...second, period: { from: 0, to: 1 } }] },
      {},
      'covered',
    ],
    ['several, but only one counts shifts', { policies: [policy(), { ...freight, policyId: 'pol_f' }] }, {}, 'covered'],
    ['the platform counts orders only', { policies: [freight] }, {}, 'recorded event_not_used'],
    ["another worker's shift", { otherShiftOwner: 'wrk_b' }, {}, 'not_covered shift_of_other_worker'],
    ['aged 15', {}, { declaredAge: 15 }, 'not_covered age_below'],
    ['aged 16', {}, { declaredAge: 16 }, 'covered'],
    ['aged 65', {}, { declaredAge: 65 }, 'covered'],
    ['aged 66', {}, { declaredAge: 66 }, 'not_covered age_above'],
    ['16 today by date of birth', { worker: { birthOn: '2010-11-22' } }, { declaredAge: 5 }, 'covered'],
    ['16 tomorrow', { worker: { birthOn: '2010-11-23' } }, {}, 'not_covered age_below'],
    ['65 for the last day', { worker: { birthOn: '1960-11-23' } }, {}, 'covered'],
    ['66 today', { worker: { birthOn: '1960-11-22' } }, {}, 'not_covered age_above'],
    [
      '16 today, but the product day is still yesterday',
      { worker: { birthOn: '2010-11-22' } },
      { at: '00:40' },
      'not_covered age_below',
    ],
    ['prepaid, money there', { policies: [policy({ prepaid: true })], deposit: 'available' }, {}, 'covered'],
    ['prepaid, empty', { policies: [policy({ prepaid: true })], deposit: 'empty' }, {}, 'not_covered deposit_empty'],
    ['postpaid needs none', { deposit: 'empty' }, {}, 'covered'],
  ];
  for (const [what, setting, told, expected] of rows) {
    it(`${what}: ${expected}`, () => {
      const story = new WorkerStory(setting);
      assert.equal(show(story.started({ at: '08:00', ...told })), expected);
      assert.equal(story.covers.length, expected.startsWith('covered') ? 1 : 0);
    });
  }

  it('of unknown age is accepted and flagged', () => {
    const start = new WorkerStory().started({ at: '08:00', ageUnknown: true });
    assert.equal(show(start), 'covered age_unknown');
    assert.deepEqual(start.decision.flags, ['age_unknown']);
  });

  it('reserves the cover with its frozen terms (G1)', () => {
    const story = new WorkerStory();
    const { decision } = story.started({ at: '08:00', received: '08:03' });
    assert.deepEqual(story.covers, [
      {
        coverId: '2026-11-22.795b.wrk_a.pol_a',
        policyId: 'pol_a',
        workerId: 'wrk_a',
        productDay: '2026-11-22',
        policyRevision: 1,
        product: 'rider-day@1',
        timeZone: 'Asia/Shanghai',
        backFilling: false,
        openedByEventId: 'evt_0001',
        openedAt: instant('2026-11-22T08:03:00+08:00'),
      },
    ]);
    assert.deepEqual(decision, {
      outcome: 'covered',
      reasons: [],
      flags: [],
      premium: { amount: 300, currency: 'CNY', final: true },
      cover: {
        coverId: '2026-11-22.795b.wrk_a.pol_a',
        policyId: 'pol_a',
        workerId: 'wrk_a',
        productDay: '2026-11-22',
        policyRevision: 1,
        product: 'rider-day@1',
        effectiveAt: at0800,
      },
    });
  });

  const premiums: [string, number, boolean][] = [
    ['rider-day@1', 300, true],
    ['hourly-work@1', 60, false],
  ];
  for (const [product, amount, final] of premiums) {
    it(`under ${product} answers a premium of ${amount}, ${final ? 'final' : 'the minimum'} (G17)`, () => {
      const { decision } = new WorkerStory({ policies: [policy({ product })] }).started({ at: '08:00' });
      assert.deepEqual(decision.premium, { amount, currency: 'CNY', final });
    });
  }
});

describe('a later start of the day', () => {
  it('attaches to the cover without a second premium', () => {
    const story = new WorkerStory();
    story.started({ at: '08:00', shiftId: 'a' });
    story.ended({ at: '12:00', shiftId: 'a' });
    assert.equal(show(story.started({ at: '17:00', shiftId: 'b' })), 'already_covered');
    assert.equal(story.covers.length, 1);
    assert.equal(story.charge(), 'CNY 3.00 x1');
  });

  it('extends a cover that did not hold then', () => {
    const story = new WorkerStory({ policies: [hourly] });
    story.started({ at: '08:00', shiftId: 'a' });
    story.ended({ at: '10:00', shiftId: 'a' });
    assert.equal(show(story.started({ at: '10:14:59', shiftId: 'b' })), 'already_covered');
    story.ended({ at: '11:00', shiftId: 'b' });
    assert.equal(show(story.started({ at: '11:15', shiftId: 'c' })), 'extended');
    assert.equal(story.covers.length, 1);
  });

  it('keeps to the revision and product of the first (G15), whatever was recorded since', () => {
    const noon = instant('2026-11-22T12:00:00+08:00');
    const revised = policy({ revision: 2, effectiveAt: noon, recordedAt: noon, product: 'hourly-work@1' });
    const policies = [policy(), { ...revised, period: { from: 0, to: noon } }];
    const story = new WorkerStory({ policies });
    story.started({ at: '08:00', shiftId: 'a' });
    const later = story.started({ at: '17:00', shiftId: 'b' });
    assert.equal(show(later), 'already_covered');
    assert.equal(later.decision.cover?.policyRevision, 1);
    assert.deepEqual(later.decision.premium, { amount: 300, currency: 'CNY', final: true });
    assert.equal(show(story.started({ at: '+1 08:00', shiftId: 'c' })), 'not_covered policy_not_in_force');
    assert.equal(
      show(story.started({ at: '17:00', shiftId: 'd', occupationClass: 'roofer' })),
      'not_covered occupation_not_covered',
    );
  });

  it('survives a cover whose revision this process has not read yet', () => {
    const story = new WorkerStory();
    story.started({ at: '08:00', shiftId: 'a' }, { policies: [policy({ revision: 7 })] });
    const later = story.started({ at: '09:00', shiftId: 'b' });
    assert.equal(show(later), 'already_covered');
    assert.equal(later.decision.cover?.policyRevision, 7);
  });

  it('takes the revision in force at its effective start', () => {
    const noon = instant('2026-11-22T12:00:00+08:00');
    const policies = [policy(), policy({ revision: 2, effectiveAt: noon, recordedAt: 1 })];
    const revisionOf = (told: Told) => new WorkerStory({ policies }).started(told).decision.cover?.policyRevision;
    assert.equal(revisionOf({ at: '11:59:59' }), 1);
    assert.equal(revisionOf({ at: '12:00' }), 2);
    assert.equal(revisionOf({ at: '11:30', received: '12:00' }), 2);
    assert.equal(revisionOf({ at: '11:55', received: '12:00' }), 1);
  });

  it('under another policy is another cover', () => {
    const story = new WorkerStory({ policies: [policy(), second] });
    assert.equal(show(story.started({ at: '08:00', policyId: 'pol_a' })), 'covered');
    assert.equal(show(story.started({ at: '08:00', policyId: 'pol_b' })), 'covered');
    story.ended({ at: '09:00' });
    assert.equal(story.windows(), '[08:00, +1 01:30) | [08:00, 09:15)');
  });

  it('is not refused because the deposit ran out after the day was bought', () => {
    const story = new WorkerStory({ policies: [policy({ prepaid: true })] });
    story.started({ at: '08:00', shiftId: 'a' }, { deposit: 'available' });
    assert.equal(show(story.started({ at: '09:00', shiftId: 'b' }, { deposit: 'empty' })), 'already_covered');
  });
});

describe('ends, cancellations and what products do not use', () => {
  it('an end carries the cover of its start', () => {
    const story = new WorkerStory();
    const start = story.started({ at: '08:00' });
    const end = story.ended({ at: '09:00' });
    assert.equal(show(end), 'ended');
    assert.deepEqual(end.decision.cover, start.decision.cover);
    assert.equal(end.decision.premium, undefined);
  });

  it('an end without a start waits for it', () => {
    const story = new WorkerStory({ policies: [hourly] });
    assert.equal(show(story.ended({ at: '09:00' })), 'pending_start start_unknown');
    assert.equal(show(story.started({ at: '08:55', received: '09:03' })), 'covered');
    assert.equal(story.windows(), '[08:55, 09:15)');
  });

  it('an end of a start that was refused changes nothing', () => {
    const story = new WorkerStory();
    story.started({ at: '08:00', declaredAge: 15 });
    assert.equal(show(story.ended({ at: '09:00' })), 'recorded start_not_covered');
  });

  it('an end before its start is ignored', () => {
    const story = new WorkerStory({ policies: [hourly] });
    story.started({ at: '08:00' });
    assert.equal(show(story.ended({ at: '07:00', received: '08:30' })), 'recorded end_before_start');
    assert.deepEqual(story.contradictions(), ['end_before_start']);
    assert.equal(story.windows(), '[08:00, +1 00:15)');
  });

  it('a cancellation within grace voids the charge, later ones do not (G11)', () => {
    const inTime = new WorkerStory({ policies: [hourly] });
    inTime.started({ at: '08:00' });
    assert.equal(show(inTime.cancelled({ at: '08:09', received: '08:10' })), 'ended cancelled_charge_void');
    const late = new WorkerStory({ policies: [hourly] });
    late.started({ at: '08:00' });
    assert.equal(show(late.cancelled({ at: '08:09', received: '08:10:00.001' })), 'ended cancelled_after_grace');
  });

  it('shift events mean nothing to order products, order events nothing to shift products', () => {
    const orders = new WorkerStory({ policies: [freight] });
    const shifts = new WorkerStory();
    assert.equal(show(orders.started({ at: '08:00' })), 'recorded event_not_used');
    assert.equal(show(orders.ended({ at: '09:00' })), 'recorded event_not_used');
    assert.equal(show(shifts.accepted('o1', { at: '08:00' })), 'recorded event_not_used');
    assert.equal(show(shifts.completed('o1', { at: '09:00' })), 'recorded event_not_used');
    assert.equal(orders.covers.length + shifts.covers.length, 0);
  });

  it('an order is cancelled by name; a cancelled shift leaves its orders alone', () => {
    const story = new WorkerStory({ policies: [freight] });
    story.accepted('o1', { at: '10:00' });
    story.accepted('o2', { at: '10:01' });
    assert.equal(show(story.cancelled({ at: '10:02' })), 'recorded event_not_used');
    assert.equal(show(story.cancelled({ at: '10:02', orderId: 'o1' })), 'ended cancelled_charge_void');
    story.completed('o2', { at: '10:30' });
    assert.equal(story.charge(), 'CNY 0.18 x1');
    assert.equal(story.windows(), '[10:00, 10:45)');
  });
});
