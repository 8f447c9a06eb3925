import assert from 'node:assert/strict';
import { clock, policy, show, WorkerStory } from './testing/worker-story.ts';

const hourly = () => new WorkerStory({ policies: [policy({ product: 'hourly-work@1' })] });

describe('several starts (G12)', () => {
  it('the earliest effective counts', () => {
    const story = hourly();
    story.started({ at: '08:00' });
    assert.equal(show(story.started({ at: '07:55', received: '08:02' })), 'extended shift_already_started');
    story.ended({ at: '09:00' });
    assert.equal(story.windows(), '[07:55, 09:15)');
    assert.deepEqual(story.contradictions(), ['several_starts']);
  });

  it('one received late never reaches back before its receipt', () => {
    const story = hourly();
    story.started({ at: '08:00' });
    const again = story.started({ at: '06:00', received: '08:02' });
    assert.equal(show(again), 'already_covered late_from_receipt shift_already_started');
    story.ended({ at: '09:00' });
    assert.equal(story.windows(), '[08:00, 09:15)');
    assert.equal(story.charge(), 'CNY 0.60 x60');
  });

  it('another report across midnight buys no second day', () => {
    const story = hourly();
    story.started({ at: '23:00' });
    assert.equal(show(story.started({ at: '+1 00:30' })), 'already_covered shift_already_started');
    assert.equal(story.covers.length, 1);
  });

  it('a start after the reported end takes the work up again', () => {
    const story = hourly();
    story.started({ at: '08:00' });
    story.ended({ at: '09:00' });
    assert.equal(show(story.started({ at: '10:00' })), 'extended');
    story.ended({ at: '12:00' });
    assert.equal(story.windows(), '[08:00, 09:15) [10:00, 12:15)');
    assert.equal(story.charge(), 'CNY 1.80 x180');
    assert.deepEqual(story.contradictions(), []);
  });

  it('the same id beyond the longest shift is a new shift (G13)', () => {
    const same = hourly();
    same.started({ at: '00:00' });
    assert.equal(show(same.started({ at: '16:00' })), 'already_covered shift_already_started');
    const other = hourly();
    other.started({ at: '00:00' });
    assert.equal(show(other.started({ at: '16:00:00.001' })), 'already_covered'); // the old one's tail still holds
    other.ended({ at: '17:00' });
    assert.equal(other.windows(), '[00:00, 17:15)');
    const nextDay = hourly();
    nextDay.started({ at: '08:00' });
    assert.equal(show(nextDay.started({ at: '+1 08:00' })), 'covered');
    nextDay.ended({ at: '+1 09:00' });
    assert.equal(nextDay.windows(), '[08:00, +1 00:15) | [+1 08:00, +1 09:15)');
  });

  it('yesterday keeps its own end when the id is used again within the longest shift', () => {
    const story = hourly();
    story.started({ at: '20:00' });
    story.ended({ at: '23:00' });
    assert.equal(show(story.started({ at: '+1 06:00' })), 'covered');
    story.ended({ at: '+1 11:00' });
    assert.equal(story.windows(), '[20:00, 23:15) | [+1 06:00, +1 11:15)');
    assert.equal(story.charge(), 'CNY 1.80 x180 | CNY 3.00 x300');
  });
});

describe('several ends (G12)', () => {
  // ends as [time, received], windows, minutes charged
  const rows: [string, [string, string][], string, number][] = [
    [
      'the latest received within grace',
      [
        ['09:00', '09:00'],
        ['09:05', '09:06'],
      ],
      '[08:00, 09:20)',
      65,
    ],
    [
      'also when it names an earlier time',
      [
        ['09:05', '09:05'],
        ['09:00', '09:06'],
      ],
      '[08:00, 09:15)',
      60,
    ],
    [
      'one in grace beats an earlier late one',
      [
        ['08:20', '09:00'],
        ['09:05', '09:06'],
      ],
      '[08:00, 09:00) [09:06, 09:20)',
      60,
    ],
    [
      'a late one changes nothing after one in grace',
      [
        ['09:00', '09:00'],
        ['09:30', '10:00'],
      ],
      '[08:00, 09:15)',
      60,
    ],
    [
      'none in grace: the first received',
      [
        ['09:30', '10:00'],
        ['09:00', '11:00'],
      ],
      '[08:00, 10:00)',
      90,
    ],
    [
      'received together: the later',
      [
        ['09:00', '11:00'],
        ['09:30', '11:00'],
      ],
      '[08:00, 11:00)',
      90,
    ],
    // an end may prolong what still holds; it cannot insure what nobody was covered for (G9)
    [
      'never reopens the past',
      [
        ['09:00', '09:00'],
        ['12:00', '12:00'],
      ],
      '[08:00, 09:15) [12:00, 12:15)',
      75,
    ],
  ];
  for (const [what, ends, windows, minutes] of rows) {
    it(what, () => {
      const story = hourly();
      story.started({ at: '08:00' });
      for (const [at, received] of ends) story.ended({ at, received });
      assert.equal(story.windows(), windows);
      assert.equal(story.folds()[0]?.quantity, minutes);
      assert.deepEqual(story.contradictions(), ['several_ends']);
    });
  }
});

describe('what was given stays given (G11)', () => {
  it('a late end keeps protection to its receipt, the charge takes the reported end', () => {
    const story = hourly();
    story.started({ at: '08:00' });
    story.ended({ at: '10:00', received: '12:00' });
    assert.equal(story.windows(), '[08:00, 12:00)');
    assert.equal(story.charge(), 'CNY 1.20 x120');
    assert.equal(story.folds()[0]?.shifts[0]?.protectedUntil, clock('12:00'));
    assert.equal(story.folds()[0]?.shifts[0]?.endedAt, clock('10:00'));
  });

  it('bounded by the clip', () => {
    const story = hourly();
    story.started({ at: '08:00' });
    story.ended({ at: '10:00', received: '+1 12:00' });
    assert.equal(story.windows(), '[08:00, +1 00:15)');
  });

  it('a cancellation in time takes the charge, and protection from its receipt on', () => {
    const story = new WorkerStory();
    story.started({ at: '08:00' });
    story.cancelled({ at: '08:03', received: '08:05' });
    assert.equal(story.windows(), '[08:00, 08:05)');
    assert.equal(story.charge(), 'CNY 0.00 x0');
    assert.equal(story.verdict('08:04:59').covered, true);
    assert.equal(story.verdict('08:05').covered, false);
    assert.equal(show(story.started({ at: '08:02', received: '08:06' })), 'not_covered shift_cancelled');
    assert.equal(show(story.started({ at: '09:00', shiftId: 's2' })), 'extended');
    assert.equal(story.windows(), '[08:00, 08:05) [09:00, +1 01:30)');
    assert.equal(story.charge(), 'CNY 3.00 x1');
  });

  it('a cancellation after grace is an end at its receipt, and the day is paid', () => {
    const story = hourly();
    story.started({ at: '08:00' });
    story.cancelled({ at: '08:30', received: '09:30' });
    assert.equal(story.windows(), '[08:00, 09:45)');
    assert.equal(story.charge(), 'CNY 0.90 x90');
    assert.deepEqual(story.contradictions(), ['cancelled_after_grace']);
  });

  it('a cancellation after a reported end adds nothing but a contradiction', () => {
    const story = hourly();
    story.started({ at: '08:00' });
    story.ended({ at: '09:00' });
    assert.equal(show(story.cancelled({ at: '12:00' })), 'ended cancelled_after_grace');
    assert.equal(story.windows(), '[08:00, 09:15)');
    assert.deepEqual(story.contradictions(), ['cancelled_after_grace']);
  });

  it('a start announced a little ahead is cancelled before it began', () => {
    const story = new WorkerStory();
    story.started({ at: '08:00', received: '07:56' });
    assert.equal(show(story.cancelled({ at: '07:58' })), 'ended cancelled_charge_void');
    assert.equal(story.windows(), 'none');
    assert.equal(story.charge(), 'CNY 0.00 x0');
  });

  it('a cancellation that overtakes its start refuses it', () => {
    const story = new WorkerStory();
    assert.equal(show(story.cancelled({ at: '08:02' })), 'pending_start start_unknown');
    assert.equal(show(story.started({ at: '08:00', received: '08:04' })), 'not_covered shift_cancelled');
  });

  it('an earlier start back-filled later moves the clip, not what was given', () => {
    const story = new WorkerStory({ policies: [policy({ product: 'hourly-work@1', backFilling: true })] });
    story.started({ at: '08:00' });
    story.started({ at: '06:00', received: '+2 08:00' });
    assert.equal(story.windows(), '[06:00, +1 00:15)');
  });
});

describe('the charge (G17)', () => {
  const minutes: [string, string, string][] = [
    ['08:00:30', 'CNY 0.60 x60', 'one hour at least'],
    ['09:00', 'CNY 0.60 x60', 'exactly the minimum'],
    ['09:00:00.001', 'CNY 0.61 x61', 'whole minutes rounded up'],
    ['10:05', 'CNY 1.25 x125', 'by the minute'],
  ];
  for (const [end, charge, what] of minutes) {
    it(`hourly, 08:00 to ${end}: ${charge} (${what})`, () => {
      const story = hourly();
      story.started({ at: '08:00' });
      story.ended({ at: end });
      assert.equal(story.charge(), charge);
    });
  }

  it('hourly: shifts that overlap count once, the minimum once a day', () => {
    const story = hourly();
    story.started({ at: '08:00', shiftId: 'a' });
    story.started({ at: '08:10', shiftId: 'b' });
    story.ended({ at: '08:20', shiftId: 'a' });
    story.ended({ at: '08:30', shiftId: 'b' });
    story.started({ at: '12:00', shiftId: 'c' });
    story.ended({ at: '12:40', shiftId: 'c' });
    assert.equal(story.charge(), 'CNY 0.70 x70');
  });

  it('per order: an order counts once however often it was taken up', () => {
    const story = new WorkerStory({ policies: [policy({ product: 'driver-order@1' })] });
    for (const at of ['08', '09']) {
      story.accepted('o1', { at: `${at}:00` });
      story.completed('o1', { at: `${at}:20` });
    }
    assert.equal(story.charge(), 'CNY 0.01 x1');
  });

  it('nothing without a valid stored start (G1)', () => {
    const story = new WorkerStory();
    story.started({ at: '08:00' });
    story.facts.length = 0;
    story.ended({ at: '09:00' });
    assert.equal(story.windows(), 'none');
    assert.equal(story.charge(), 'CNY 0.00 x0');
    assert.equal(story.folds()[0]?.live, false);
  });
});
