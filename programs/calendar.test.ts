import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addDays,
  completedYears,
  daysBetween,
  formatInstant,
  hourMs,
  isDay,
  isTimeZone,
  localInstant,
  overlapInterval,
  parseInstant,
  productDayAt,
  productDayInterval,
  subtractIntervals,
  totalMs,
  unionIntervals,
} from './calendar.ts';
import type { Instant } from './calendar.ts';

function at(text: string): Instant {
  const instant = parseInstant(text);
  assert.ok(instant !== undefined, text);
  return instant;
}

describe('product days (G7)', () => {
  // zone, boundary, day, from, to, hours
  const days: [string, string, string, string, string, number][] = [
    ['Asia/Shanghai', '00:00', '2026-11-22', '2026-11-22T00:00:00+08:00', '2026-11-23T00:00:00+08:00', 24],
    ['Asia/Shanghai', '01:30', '2026-11-22', '2026-11-22T01:30:00+08:00', '2026-11-23T01:30:00+08:00', 24],
    ['Asia/Shanghai', '01:30', '2024-02-28', '2024-02-28T01:30:00+08:00', '2024-02-29T01:30:00+08:00', 24],
    ['Asia/Shanghai', '01:30', '2024-02-29', '2024-02-29T01:30:00+08:00', '2024-03-01T01:30:00+08:00', 24],
    ['Europe/Berlin', '00:00', '2026-03-29', '2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00', 23],
    ['Europe/Berlin', '01:30', '2026-03-29', '2026-03-29T01:30:00+01:00', '2026-03-30T01:30:00+02:00', 23],
    ['Europe/Berlin', '00:00', '2026-10-25', '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00', 25],
    ['Europe/Berlin', '01:30', '2026-10-25', '2026-10-25T01:30:00+02:00', '2026-10-26T01:30:00+01:00', 25],
    ['America/New_York', '00:00', '2026-03-08', '2026-03-08T00:00:00-05:00', '2026-03-09T00:00:00-04:00', 23],
    ['America/New_York', '00:00', '2026-11-01', '2026-11-01T00:00:00-04:00', '2026-11-02T00:00:00-05:00', 25],
    // 01:30 comes twice in New York and London: the first begins the day
    ['America/New_York', '01:30', '2026-11-01', '2026-11-01T01:30:00-04:00', '2026-11-02T01:30:00-05:00', 25],
    ['America/New_York', '01:30', '2026-03-08', '2026-03-08T01:30:00-05:00', '2026-03-09T01:30:00-04:00', 23],
    ['Europe/London', '01:30', '2026-10-25', '2026-10-25T01:30:00+01:00', '2026-10-26T01:30:00+00:00', 25],
    // 01:30 never comes in London: the day begins when the gap ends, not at the shifted 02:30
    ['Europe/London', '01:30', '2026-03-29', '2026-03-29T02:00:00+01:00', '2026-03-30T01:30:00+01:00', 23.5],
    ['Europe/London', '01:30', '2026-03-28', '2026-03-28T01:30:00+00:00', '2026-03-29T02:00:00+01:00', 23.5],
    // midnight itself is missing or comes twice
    ['America/Sao_Paulo', '00:00', '2018-11-04', '2018-11-04T01:00:00-02:00', '2018-11-05T00:00:00-02:00', 23],
    ['America/Havana', '00:00', '2026-11-01', '2026-11-01T00:00:00-04:00', '2026-11-02T00:00:00-05:00', 25],
    ['Australia/Lord_Howe', '01:30', '2026-04-05', '2026-04-05T01:30:00+11:00', '2026-04-06T01:30:00+10:30', 24.5],
    // Samoa skipped a date when it crossed the date line
    ['Pacific/Apia', '00:00', '2011-12-30', '2011-12-31T00:00:00+14:00', '2011-12-31T00:00:00+14:00', 0],
  ];
  for (const [timeZone, boundary, day, from, to, hours] of days) {
    it(`${timeZone} ${boundary} ${day} holds ${hours} hours`, () => {
      const rule = { timeZone, boundary };
      const interval = productDayInterval(day, rule);
      assert.deepEqual(interval, { from: at(from), to: at(to) });
      assert.equal((interval.to - interval.from) / hourMs, hours);
      if (hours === 0) return;
      assert.equal(productDayAt(interval.from, rule), day);
      assert.equal(productDayAt(interval.to - 1, rule), day);
      assert.notEqual(productDayAt(interval.from - 1, rule), day);
      assert.notEqual(productDayAt(interval.to, rule), day);
    });
  }

  it('attributes an order at 00:40 to the evening before under the 01:30 boundary', () => {
    const rider = { timeZone: 'Asia/Shanghai', boundary: '01:30' };
    assert.equal(productDayAt(at('2026-11-23T00:40:00+08:00'), rider), '2026-11-22');
    assert.equal(productDayAt(at('2026-11-23T01:29:59.999+08:00'), rider), '2026-11-22');
    assert.equal(productDayAt(at('2026-11-23T01:30:00+08:00'), rider), '2026-11-23');
  });

  it('gives every instant exactly one day, the days following each other without a hole', () => {
    const zones = ['Asia/Shanghai', 'Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'America/Havana'];
    const rules = fc.record({
      timeZone: fc.constantFrom(...zones),
      boundary: fc.constantFrom('00:00', '00:30', '01:30', '02:00', '23:59'),
    });
    const instants = fc.integer({ min: at('2015-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(rules, instants, (rule, instant) => {
        const day = productDayAt(instant, rule);
        const { from, to } = productDayInterval(day, rule);
        assert.ok(from <= instant && instant < to);
        assert.equal(productDayInterval(addDays(day, 1), rule).from, to);
        assert.equal(productDayInterval(addDays(day, -1), rule).to, from);
      }),
    );
  });
});

describe('local times', () => {
  const times: [string, string, string, string][] = [
    ['2022-02-13', '08:30', 'Asia/Kolkata', '2022-02-13T08:30:00+05:30'],
    ['2022-02-13', '08:30:15', 'Asia/Kolkata', '2022-02-13T08:30:15+05:30'],
    ['2026-03-29', '01:15', 'Europe/London', '2026-03-29T02:00:00+01:00'],
    ['2026-10-25', '01:15', 'Europe/London', '2026-10-25T01:15:00+01:00'],
  ];
  for (const [day, time, zone, instant] of times) {
    it(`${day} ${time} in ${zone} is ${instant}`, () => assert.equal(localInstant(day, time, zone), at(instant)));
  }

  it('refuses times and dates that no clock shows', () => {
    assert.throws(() => localInstant('2026-11-22', '24:10', 'Asia/Shanghai'), RangeError);
    assert.throws(() => localInstant('2026-02-29', '10:00', 'Asia/Shanghai'), RangeError);
  });

  it('knows time zones by name only', () => {
    for (const name of ['Asia/Shanghai', 'UTC', 'Europe/Berlin']) assert.equal(isTimeZone(name), true, name);
    for (const name of ['+08:00', 'Mars/Olympus', '', 'Asia']) assert.equal(isTimeZone(name), false, name);
  });

  it('counts days and years by the calendar', () => {
    assert.equal(addDays('2024-02-28', 1), '2024-02-29');
    assert.equal(addDays('2026-01-01', -1), '2025-12-31');
    assert.equal(daysBetween('2024-02-28', '2024-03-01'), 2);
    assert.equal(daysBetween('2026-01-02', '2026-01-01'), -1);
    assert.throws(() => addDays('2026-02-29', 1), RangeError);
    for (const bad of ['2026-02-29', '2026-13-01', '2026-00-10', '2026-11-31', '2026-1-1', '']) {
      assert.equal(isDay(bad), false, bad);
    }
    const ages: [string, string, number][] = [
      ['2010-11-22', '2026-11-21', 15],
      ['2010-11-22', '2026-11-22', 16],
      ['2008-02-29', '2026-02-28', 17],
      ['2008-02-29', '2026-03-01', 18],
      ['2008-02-29', '2024-02-29', 16],
    ];
    for (const [birthOn, day, years] of ages) assert.equal(completedYears(birthOn, day), years, `${birthOn} ${day}`);
  });
});

describe('instants as text', () => {
  const good: [string, string][] = [
    ['2026-11-22T08:00:00Z', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22t08:00:00z', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22T08:00:00.1234567+08:00', '2026-11-22T00:00:00.123Z'],
    ['2026-11-22T08:00:00-00:30', '2026-11-22T08:30:00.000Z'],
    ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ];
  for (const [text, instant] of good) {
    it(`reads ${text}`, () => assert.equal(formatInstant(at(text)), instant));
  }

  const bad = [
    ['no offset', '2026-11-22T08:00:00'],
    ['a date alone', '2026-11-22'],
    ['no seconds', '2026-11-22T08:00Z'],
    ['a day that does not exist', '2026-02-29T00:00:00Z'],
    ['a month that does not exist', '2026-13-01T00:00:00Z'],
    ['month zero', '2026-00-01T00:00:00Z'],
    ['day zero', '2026-01-00T00:00:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['24:00', '2026-11-22T24:00:00Z'],
    ['a space', '2026-11-22 08:00:00Z'],
    ['an offset without colon', '2026-11-22T08:00:00+0800'],
    ['an offset of 24 hours', '2026-11-22T08:00:00+24:00'],
    ['an empty fraction', '2026-11-22T08:00:00.Z'],
    ['more behind', '2026-11-22T08:00:00Zx'],
    ['spaces around', ' 2026-11-22T08:00:00Z'],
    ['letters for the year', 'abcd-11-22T08:00:00Z'],
    ['letters for the month', '2026-ab-22T08:00:00Z'],
    ['year zero', '0000-01-01T00:00:00Z'],
    ['other digits', '２０２６-11-22T08:00:00Z'],
    ['a year of five digits in UTC', '9999-12-31T23:59:59-01:00'],
    ['nothing', ''],
  ] as const;
  for (const [what, text] of bad) it(`refuses ${what}`, () => assert.equal(parseInstant(text), undefined));

  it('reads back what it writes, in every zone', () => {
    const zones = fc.constantFrom(undefined, 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: at('2099-01-01T00:00:00Z') }), zones, (instant, zone) =>
        assert.equal(parseInstant(formatInstant(instant, zone)), instant),
      ),
    );
  });
});

describe('intervals', () => {
  const lists = fc.array(
    fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 })).map(([from, to]) => ({ from, to })),
    { maxLength: 6 },
  );
  const holds = (list: readonly { from: number; to: number }[], instant: number) =>
    list.some(({ from, to }) => from <= instant && instant < to);

  it('unite and subtract instant by instant, disjoint and ascending', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const union = unionIntervals([...a, ...b]);
        const rest = subtractIntervals(a, b);
        for (let instant = 0; instant <= 30; instant += 1) {
          assert.equal(holds(union, instant), holds(a, instant) || holds(b, instant));
          assert.equal(holds(rest, instant), holds(a, instant) && !holds(b, instant));
        }
        union.forEach((next, index) => index > 0 && assert.ok(next.from > (union[index - 1]?.to ?? 0)));
        assert.equal(totalMs(a), Array.from({ length: 30 }, (_, instant) => holds(a, instant)).filter(Boolean).length);
      }),
    );
  });

  it('overlap half-open: intervals that touch share nothing', () => {
    assert.deepEqual(overlapInterval({ from: 0, to: 5 }, { from: 3, to: 9 }), { from: 3, to: 5 });
    assert.equal(overlapInterval({ from: 0, to: 5 }, { from: 5, to: 9 }), undefined);
  });
});
