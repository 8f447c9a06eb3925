import assert from 'node:assert/strict';
import { parseMapping } from './mapping-file.ts';
import { ROW_CODES } from './row-problem.ts';
import { columnsOf, rowMapper } from './row-mapper.ts';

const HEADER = ['order', 'courier', 'age', 'kind', 'day', 'from', 'until'];
const MAPPING = {
  version: 1,
  text: { nulls: ['NaN'] },
  timeZone: 'Europe/Berlin',
  fields: {
    workerId: { column: 'courier' },
    shiftId: { column: 'order' },
    declaredAge: { column: 'age', optional: true },
    occupationClass: { column: 'kind', values: { bike: 'cycle-courier', car: 'driver' } },
    territory: { constant: 'DE' },
  },
  start: { date: { column: 'day', format: 'dd.MM.yyyy' }, time: { column: 'from', format: 'HH:mm' } },
  end: { date: { column: 'day', format: 'dd.MM.yyyy' }, time: { column: 'until', format: 'HH:mm' } },
};
const GOOD = ['o1', 'c1', '30', 'bike', '01.06.2025', '10:00', '12:30'];
const NOW = Date.parse('2025-06-10T00:00:00Z');

function mapped(change: Readonly<Record<string, string>>, mapping: object = MAPPING, cells: readonly string[] = GOOD) {
  const row = cells.map((cell, at) => change[HEADER[at] ?? ''] ?? cell);
  const options = { source: '//s', policyId: 'pol_x', latestAt: NOW + 300_000, earliestAt: NOW - 35 * 86_400_000 };
  return rowMapper(parseMapping(JSON.stringify(mapping), 'm.yaml'), HEADER, options)(row);
}

describe('rowMapper', () => {
  it('makes a start and an end of a row, with ids that only depend on the shift', () => {
    const outcome = mapped({});
    if (!outcome.ok) assert.fail(outcome.problem.reason);
    const data = {
      workerId: 'c1',
      shiftId: 'o1',
      policyId: 'pol_x',
      occupationClass: 'cycle-courier',
      territory: 'DE',
      declaredAge: 30,
    };
    assert.deepEqual(outcome.row.events, [
      { source: '//s', id: 'o1/shift.started', type: 'shift.started', time: Date.parse('2025-06-01T08:00:00Z'), data },
      { source: '//s', id: 'o1/shift.ended', type: 'shift.ended', time: Date.parse('2025-06-01T10:30:00Z'), data },
    ]);
  });

  const rejections: [code: keyof typeof ROW_CODES, column: string | undefined, change: Record<string, string>][] = [
    ['value_missing', 'courier', { courier: '  ' }],
    ['value_missing', 'from', { from: 'NaN ' }],
    ['value_missing', 'order', { order: '' }],
    ['text_encoding', 'courier', { courier: 'c\uFFFD1' }],
    ['value_not_mapped', 'kind', { kind: 'boat' }],
    ['value_too_long', 'order', { order: 'o'.repeat(129) }],
    ['worker_id_unusable', 'courier', { courier: 'wrk_1' }],
    ['number_unreadable', 'age', { age: '30.5' }],
    ['number_unreadable', 'age', { age: '-1' }],
    ['number_out_of_range', 'age', { age: '151' }],
    ['date_unreadable', 'day', { day: '31.06.2025' }],
    ['date_unreadable', 'day', { day: '2025-06-01' }],
    ['time_unreadable', 'from', { from: '25:00' }],
    ['time_unreadable', 'until', { until: '10' }],
    ['local_time_missing', 'from', { day: '30.03.2025', from: '02:30', until: '04:00' }],
    ['end_before_start', 'until', { until: '09:59' }],
    ['event_too_old', 'day', { day: '05.05.2025' }],
    ['end_in_future', 'until', { day: '10.06.2025', from: '01:00', until: '02:06' }],
  ];
  for (const [code, column, change] of rejections) {
    it(`rejects ${JSON.stringify(change)}: ${code} in ${column}`, () => {
      const outcome = mapped(change);
      if (outcome.ok) assert.fail('it was taken');
      assert.equal(outcome.problem.code, code);
      assert.equal(outcome.problem.column, column);
      assert.ok(outcome.problem.reason.endsWith('.'), outcome.problem.reason);
    });
  }

  it('rejects a row that is longer or shorter than the header, naming no column', () => {
    for (const cells of [GOOD.slice(1), [...GOOD, 'x']]) {
      const outcome = mapped({}, MAPPING, cells);
      assert.ok(!outcome.ok && outcome.problem.code === 'column_count' && outcome.problem.column === undefined);
    }
  });

  it('has a row here for every code', () => {
    const tried = new Set<string>([...rejections.map(([code]) => code), 'column_count']);
    assert.deepEqual(
      Object.keys(ROW_CODES).filter((code) => !tried.has(code)),
      [],
    );
  });

  const good: [why: string, change: Record<string, string>][] = [
    ['spaces around', { courier: ' c1 ', from: '10:00 ' }],
    ['an age that may be absent', { age: 'NaN' }],
    ['the youngest age there is', { age: '0' }],
    ['a shift of no length', { until: '10:00' }],
    ['an end five minutes ahead', { day: '10.06.2025', from: '01:00', until: '02:05' }],
  ];
  for (const [why, change] of good) it(`takes ${why}`, () => assert.ok(mapped(change).ok));

  it('puts an end that lies before its start on the next day where the mapping says so', () => {
    const end = { ...MAPPING.end, nextDayWhenBeforeStart: true };
    const outcome = mapped({ from: '23:30', until: '00:15' }, { ...MAPPING, end });
    if (!outcome.ok) assert.fail(outcome.problem.reason);
    assert.equal(outcome.row.events[1]?.time, Date.parse('2025-06-01T22:15:00Z'));
  });

  it('reads instants with offset, and rejects them without', () => {
    const start = { at: { column: 'from', format: 'iso' } };
    const end = { startPlusMinutes: 45 };
    const outcome = mapped({ from: '2025-06-01T10:00:00+02:00' }, { ...MAPPING, start, end });
    if (!outcome.ok) assert.fail(outcome.problem.reason);
    assert.deepEqual(
      outcome.row.events.map(({ time }) => new Date(time).toISOString()),
      ['2025-06-01T08:00:00.000Z', '2025-06-01T08:45:00.000Z'],
    );
    const naive = mapped({ from: '2025-06-01T10:00:00' }, { ...MAPPING, start, end });
    assert.ok(!naive.ok && naive.problem.code === 'time_unreadable');
  });

  it('makes one event where the mapping knows no end, and order events where it says so', () => {
    const rest = { ...MAPPING, end: undefined };
    const fields = { ...MAPPING.fields, orderId: { column: 'order' } };
    const events = { start: 'order.accepted', end: 'order.completed' };
    const outcome = mapped({}, { ...rest, fields, events });
    if (!outcome.ok) assert.fail(outcome.problem.reason);
    assert.deepEqual(
      outcome.row.events.map(({ id, type }) => [id, type]),
      [['o1/order.accepted', 'order.accepted']],
    );
    assert.throws(() => mapped({}, { ...rest, events }), /order id/);
  });

  it('knows every column that a mapping names', () => {
    assert.deepEqual(columnsOf(parseMapping(JSON.stringify(MAPPING), 'm')).sort(), [
      'age',
      'courier',
      'day',
      'from',
      'kind',
      'order',
      'until',
    ]);
  });
});
