import assert from 'node:assert/strict';
import { instant, policy, shanghai, WorkerStory } from './testing/worker-story.ts';

const hourly = () => new WorkerStory({ policies: [policy({ product: 'hourly-work@1' })] });
const orders = () => new WorkerStory({ policies: [policy({ product: 'freight-order@1' })] });
const backFilling = (product: string) => new WorkerStory({ policies: [policy({ product, backFilling: true })] });

/** Asks at each row's instant. */
function expectRows(story: WorkerStory, rows: readonly [string, 'covered' | 'not_covered'][]): void {
  for (const [at, expected] of rows) {
    assert.equal(story.verdict(at).covered ? 'covered' : 'not_covered', expected, `at ${at}`);
  }
}

describe('windows at every boundary', () => {
  it('on shift: from the start to the end plus the tail', () => {
    const story = hourly();
    story.started({ at: '08:00' });
    story.ended({ at: '16:00' });
    expectRows(story, [
      ['07:59:59.999', 'not_covered'],
      ['08:00', 'covered'],
      ['15:59', 'covered'],
      ['16:00', 'covered'],
      ['16:14:59.999', 'covered'],
      ['16:15', 'not_covered'],
    ]);
  });

  it('rider day: from the first start to 01:30, whether the shift ended or not', () => {
    const story = new WorkerStory();
    story.started({ at: '08:00' });
    story.ended({ at: '09:00' });
    expectRows(story, [
      ['07:59:59', 'not_covered'],
      ['08:00', 'covered'],
      ['23:59:59', 'covered'],
      ['+1 00:00', 'covered'],
      ['+1 01:29:59.999', 'covered'],
      ['+1 01:30', 'not_covered'],
    ]);
  });

  it('rider day: past 01:30 while a shift begun before still runs, plus the tail (G8)', () => {
    const story = new WorkerStory();
    story.started({ at: '20:00' });
    story.ended({ at: '+1 02:10' });
    assert.equal(story.windows(), '[20:00, +1 02:25)');
    assert.equal(story.charge(), 'CNY 3.00 x1');
  });

  it('rider day: a tail that begins before 01:30 reaches past it', () => {
    const story = new WorkerStory();
    story.started({ at: '20:00' });
    story.ended({ at: '+1 01:20' });
    assert.equal(story.windows(), '[20:00, +1 01:35)');
  });

  const boundaryStarts: [string, string, string][] = [
    ['00:40', '2026-11-21', '[00:40, 01:30)'], // an order at 00:40 belongs to the evening before
    ['01:29:59.999', '2026-11-21', '[01:29:59.999, 01:30)'],
    ['01:30', '2026-11-22', '[01:30, +1 01:30)'],
  ];
  for (const [at, day, windows] of boundaryStarts) {
    it(`rider day: a start at ${at} belongs to ${day}`, () => {
      const story = new WorkerStory();
      assert.equal(story.started({ at }).decision.cover?.productDay, day);
      story.ended({ at }); // known to be short, so that only the day matters
      assert.equal(story.windows().split(' ')[0], windows.split(' ')[0]);
    });
  }

  it('a start after the boundary buys the new day even while the old shift runs (G8)', () => {
    const story = new WorkerStory();
    story.started({ at: '20:00', shiftId: 'old' });
    assert.equal(story.started({ at: '+1 01:45', shiftId: 'new' }).decision.outcome, 'covered');
    story.ended({ at: '+1 02:00', shiftId: 'old' });
    story.ended({ at: '+1 03:00', shiftId: 'new' });
    assert.equal(story.windows(), '[20:00, +1 02:15) | [+1 01:45, +2 01:30)');
    assert.equal(story.charge(), 'CNY 3.00 x1 | CNY 3.00 x1');
  });

  it('midnight products: a shift over midnight stays in the day in which it began, and is charged once', () => {
    const story = hourly();
    assert.equal(story.started({ at: '23:59:59.999' }).decision.cover?.productDay, '2026-11-22');
    story.ended({ at: '+1 01:59:59.999' });
    assert.equal(story.windows(), '[23:59:59.999, +1 02:14:59.999)');
    assert.equal(story.charge(), 'CNY 1.20 x120');
    const next = hourly();
    assert.equal(next.started({ at: '+1 00:00' }).decision.cover?.productDay, '2026-11-23');
  });

  it('a shift without an end closes after 16 hours plus the tail, and says so (G14)', () => {
    const story = hourly();
    story.started({ at: '08:00' });
    expectRows(story, [
      ['23:59:59', 'covered'],
      ['+1 00:14:59.999', 'covered'],
      ['+1 00:15', 'not_covered'],
    ]);
    assert.equal(story.folds()[0]?.shifts[0]?.end, 'clipped');
    assert.deepEqual(story.contradictions('23:59:59'), []);
    assert.deepEqual(story.contradictions('+1 00:00'), ['clipped_at_longest_shift']);
    assert.equal(story.charge(), 'CNY 9.60 x960');
  });

  const ends: [string, string, string][] = [
    ['23:59:59.999', 'ended', '[08:00, +1 00:14:59.999)'],
    ['+1 00:00', 'ended', '[08:00, +1 00:15)'], // exactly 16 hours
    ['+1 00:00:00.001', 'pending_start start_unknown', '[08:00, +1 00:15)'], // beyond them: another shift's end (G13)
  ];
  for (const [at, answer, windows] of ends) {
    it(`an end at ${at} of a shift from 08:00 is ${answer}`, () => {
      const story = hourly();
      story.started({ at: '08:00' });
      const end = story.ended({ at });
      assert.equal([end.decision.outcome, ...end.decision.reasons].join(' '), answer);
      assert.equal(story.windows(), windows);
    });
  }

  it('orders: each while carried plus the tail; near ones join into a session', () => {
    const story = orders();
    story.accepted('o1', { at: '10:00' });
    story.completed('o1', { at: '10:20' });
    story.accepted('o2', { at: '10:29' });
    story.completed('o2', { at: '10:50' });
    story.accepted('o3', { at: '12:00' });
    story.completed('o3', { at: '12:30' });
    assert.equal(story.windows(), '[10:00, 11:05) [12:00, 12:45)');
    assert.equal(story.charge(), 'CNY 0.54 x3');
  });
});

describe('the grace (G9)', () => {
  const receipts: [string, string, string][] = [
    ['08:00', 'covered', '[08:00, 09:15)'],
    ['08:10', 'covered', '[08:00, 09:15)'], // exactly the grace
    ['08:10:00.001', 'covered late_from_receipt', '[08:10:00.001, 09:15)'],
    ['08:30', 'covered late_from_receipt', '[08:30, 09:15)'],
  ];
  for (const [received, answer, windows] of receipts) {
    it(`a start at 08:00 received at ${received} insures ${windows}`, () => {
      const story = hourly();
      const start = story.started({ at: '08:00', received });
      assert.equal([start.decision.outcome, ...start.decision.reasons].join(' '), answer);
      story.ended({ at: '09:00' });
      assert.equal(story.windows(), windows);
    });
  }

  it('the uninsured part shows as a gap with its reason', () => {
    const story = hourly();
    story.started({ at: '08:00', received: '08:30' });
    const verdict = story.verdict('08:29:59.999');
    assert.equal(verdict.covered, false);
    assert.deepEqual(verdict.reasons, ['late_from_receipt']);
    assert.equal(verdict.gap?.shiftId, 's1');
    assert.equal(story.verdict('08:30').covered, true);
  });

  it('a late start insures even when its day is over, until end plus tail', () => {
    const story = new WorkerStory();
    const start = story.started({ at: '20:00', received: '+1 02:00' });
    assert.equal(start.decision.cover?.productDay, '2026-11-22');
    story.ended({ at: '+1 03:00' });
    assert.equal(story.windows(), '[+1 02:00, +1 03:15)');
    assert.equal(story.charge(), 'CNY 3.00 x1');
  });

  it('insures nothing between the end of the day and a late start that reopens it', () => {
    const story = new WorkerStory();
    story.started({ at: '18:00', shiftId: 'first' });
    story.ended({ at: '19:00', shiftId: 'first' });
    const late = story.started({ at: '20:00', received: '+1 02:00', shiftId: 'second' });
    assert.equal(late.decision.outcome, 'extended');
    story.ended({ at: '+1 03:00', shiftId: 'second' });
    assert.equal(story.windows(), '[18:00, +1 01:30) [+1 02:00, +1 03:15)');
    assert.equal(story.charge(), 'CNY 3.00 x1');
  });

  const overs: [string, string, string][] = [
    ['09:00', '09:00', 'not_covered late_and_over'],
    ['09:00', '09:05', 'not_covered late_and_over'], // in the tail: the work is over all the same
    ['09:10', '09:05', 'covered late_from_receipt'],
  ];
  for (const [end, received, answer] of overs) {
    it(`a start at 08:00 received at ${received} with an end known for ${end} is ${answer}`, () => {
      const story = hourly();
      story.ended({ at: end, received: '08:59' });
      const { decision } = story.started({ at: '08:00', received });
      assert.equal([decision.outcome, ...decision.reasons].join(' '), answer);
      assert.equal(story.covers.length, decision.outcome === 'covered' ? 1 : 0);
    });
  }

  it('a start received after the longest shift is over even without an end', () => {
    const story = hourly();
    const inTime = story.started({ at: '08:00', received: '23:59', shiftId: 'a' });
    const over = story.started({ at: '08:00', received: '+1 00:00', shiftId: 'b' });
    assert.equal(inTime.decision.outcome, 'covered');
    assert.deepEqual(over.decision.reasons, ['late_and_over']);
  });

  it('our own recorded unavailability does not count as lateness, visibly', () => {
    const unavailability = [
      { from: instant('2026-11-22T08:00:00+08:00'), to: instant('2026-11-22T08:20:00+08:00') },
      { from: instant('2026-11-22T08:10:00+08:00'), to: instant('2026-11-22T08:25:00+08:00') },
    ];
    const story = new WorkerStory({ unavailability, policies: [policy({ product: 'hourly-work@1' })] });
    const excused = story.started({ at: '08:00', received: '08:35' });
    assert.deepEqual(excused.decision.flags, ['unavailability_excused']);
    assert.equal(story.verdict('08:00').covered, true);
    assert.equal(story.verdict('08:00').needsPerson, true);
    const late = story.started({ at: '08:00', received: '08:35:00.001', shiftId: 's2' });
    assert.deepEqual(late.decision.flags, ['late']);
  });

  it('unavailability recorded after the answer excuses the start in the fold', () => {
    const story = hourly();
    story.started({ at: '08:00', received: '08:15' });
    story.ended({ at: '09:00' });
    assert.equal(story.windows(), '[08:15, 09:15)');
    const from = instant('2026-11-22T08:00:00+08:00');
    const later = new WorkerStory({ unavailability: [{ from, to: from + 600_000 }] });
    later.facts.push(...story.facts);
    later.covers.push(...story.covers);
    assert.equal(later.windows(), '[08:00, 09:15)');
  });

  it('declared back-filling insures from the time reported, flags it, and sends claims to a person (G10)', () => {
    const story = backFilling('hourly-work@1');
    const start = story.started({ at: '08:00', received: '+3 10:00' });
    story.ended({ at: '09:00', received: '+3 10:00' });
    assert.deepEqual(start.decision.flags, ['back_filled']);
    assert.equal(story.windows(), '[08:00, 09:15)');
    assert.equal(story.verdict('08:30').needsPerson, true);
    assert.equal(story.verdict('08:30', '+3 09:59').covered, false);
  });
});

describe('days on which clocks change (G7)', () => {
  // zone, start, end of the rider's day in that zone, hours in the day from 01:30 to 01:30
  const rows: [string, string, string][] = [
    ['Europe/Berlin', '2026-03-29T01:30:00+01:00', '2026-03-30T01:30:00+02:00'],
    ['Europe/Berlin', '2026-10-25T01:30:00+02:00', '2026-10-26T01:30:00+01:00'],
    ['America/New_York', '2026-03-08T01:30:00-05:00', '2026-03-09T01:30:00-04:00'],
    ['America/New_York', '2026-11-01T01:30:00-04:00', '2026-11-02T01:30:00-05:00'],
    ['Europe/London', '2026-03-29T02:00:00+01:00', '2026-03-30T01:30:00+01:00'], // 01:30 never comes
    ['Europe/London', '2026-10-25T01:30:00+01:00', '2026-10-26T01:30:00+00:00'], // 01:30 comes twice
    [shanghai, '2024-02-29T01:30:00+08:00', '2024-03-01T01:30:00+08:00'], // leap day
  ];
  for (const [timeZone, from, to] of rows) {
    it(`${timeZone}: the rider day from ${from} to ${to}`, () => {
      const story = new WorkerStory({ policies: [policy({ timeZone })] });
      const [start, end] = [instant(from), instant(to)];
      const before = story.started({ at: start - 1, shiftId: 'before' });
      const first = story.started({ at: start, shiftId: 'first' });
      const next = story.started({ at: end, shiftId: 'next' });
      for (const [shiftId, at] of [
        ['before', start - 1],
        ['first', start],
        ['next', end],
      ] as const) {
        story.ended({ shiftId, at });
      }
      assert.equal(before.decision.outcome, 'covered');
      assert.equal(first.decision.cover?.productDay, from.slice(0, 10));
      assert.equal(next.decision.cover?.productDay, to.slice(0, 10));
      const tailMs = 15 * 60_000;
      assert.deepEqual(story.folds()[1]?.windows, [{ from: start, to: end }]);
      assert.deepEqual(story.folds()[0]?.windows, [{ from: start - 1, to: start - 1 + tailMs }]);
    });
  }

  it('tail, grace and longest shift are elapsed time, whatever the clocks show', () => {
    const story = new WorkerStory({ policies: [policy({ product: 'hourly-work@1', timeZone: 'Europe/Berlin' })] });
    const start = instant('2026-10-24T20:00:00+02:00');
    story.started({ at: start });
    assert.deepEqual(story.folds()[0]?.windows, [{ from: start, to: instant('2026-10-25T11:15:00+01:00') }]);
    const ended = new WorkerStory({ policies: [policy({ product: 'hourly-work@1', timeZone: 'Europe/Berlin' })] });
    ended.started({ at: '08:00' });
    ended.started({ at: instant('2026-10-25T02:50:00+02:00'), shiftId: 'n' });
    ended.ended({ at: instant('2026-10-25T02:50:00+01:00'), shiftId: 'n' });
    assert.equal(ended.folds()[1]?.charge.amount, 60);
  });
});
