import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DueQueue } from './due-queue.ts';
import { decodeForm } from './form-encoding.ts';
import { Table } from './table.ts';

interface Row {
  readonly id: string;
  readonly group: string | null;
  readonly value: number;
}

const makeTable = (): Table<Row> => new Table<Row>({ group: ({ group }) => group });

/** All that a caller can see of a table. */
const seen = (table: Table<Row>) => ({
  all: [...table.list()],
  groups: ['a', 'b'].map((key) => [...table.backwards({ index: 'group', key })]),
});

describe('sandbox: tables', () => {
  const step = fc.record({
    id: fc.constantFrom('1', '2', '3', '4'),
    put: fc.boolean(),
    value: fc.nat(9),
  });
  // What a row is filed under follows from its id, for it must not change.
  const groupOf = (id: string): string | null => (id === '4' ? null : id === '1' ? 'a' : 'b');

  it('hold what was put last, in order of creation; undone in reverse order they are as before', () => {
    fc.assert(
      fc.property(fc.array(step), fc.array(step), (first, second) => {
        const table = makeTable();
        let model: Row[] = [];
        const apply = ({ id, put, value }: { id: string; put: boolean; value: number }): (() => void) => {
          if (!put) {
            model = model.filter((row) => row.id !== id);
            return table.remove(id);
          }
          const row = { id, group: groupOf(id), value };
          const at = model.findIndex((known) => known.id === id);
          model = at === -1 ? [...model, row] : model.with(at, row);
          return table.put(row);
        };
        for (const one of first) apply(one);
        const before = seen(table);
        assert.deepEqual(before.all, model);
        assert.deepEqual(
          before.groups,
          ['a', 'b'].map((key) => model.filter(({ group }) => group === key).reverse()),
        );
        const undo = second.map(apply);
        for (const back of undo.reverse()) back();
        assert.deepEqual(seen(table), before);
      }),
    );
  });

  it('page from a row on, whatever was removed, and forget removed rows when many are', () => {
    const table = makeTable();
    for (let n = 0; n < 5_000; n++) table.put({ id: String(n), group: 'a', value: n });
    for (let n = 0; n < 4_990; n++) table.remove(String(n));
    table.compact();
    const ids = (options: { after?: string; before?: string }): string[] =>
      [...table.backwards({ index: 'group', key: 'a', ...options })].map(({ id }) => id);
    assert.deepEqual(ids({ after: '4993' }), ['4992', '4991', '4990']);
    assert.deepEqual(ids({ before: '4997' }), ['4999', '4998']);
    assert.equal(table.size, 10);
  });

  it('file a row later under what it did not have at first', () => {
    const table = makeTable();
    table.put({ id: '1', group: null, value: 1 });
    table.put({ id: '1', group: 'a', value: 2 });
    table.put({ id: '1', group: 'a', value: 3 });
    assert.deepEqual([...table.backwards({ index: 'group', key: 'a' })], [{ id: '1', group: 'a', value: 3 }]);
  });
});

describe('sandbox: what is due', () => {
  it('comes by time, and of one moment in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.nat(20), (times, until) => {
        const queue = new DueQueue();
        times.forEach((dueAt, at) => queue.add({ dueAt, id: String(at) }));
        const taken = [];
        for (let due = queue.take(until); due !== undefined; due = queue.take(until)) taken.push(due.id);
        const expected = times
          .map((dueAt, at) => ({ dueAt, id: String(at) }))
          .filter(({ dueAt }) => dueAt <= until)
          .sort((a, b) => a.dueAt - b.dueAt)
          .map(({ id }) => id);
        assert.deepEqual(taken, expected);
      }),
    );
  });
});

describe('sandbox: forms', () => {
  for (const [text, value] of [
    ['', {}],
    ['a=1&b=', { a: '1', b: '' }],
    ['metadata[payoutId]=pyo_1&metadata[a%20b]=c%26d', { metadata: { payoutId: 'pyo_1', 'a b': 'c&d' } }],
    [
      'line_items[0][price_data][currency]=cny&line_items[0][quantity]=2',
      { line_items: [{ price_data: { currency: 'cny' }, quantity: '2' }] },
    ],
    ['expand[]=a&expand[]=b', { expand: ['a', 'b'] }],
    ['expand[0]=a&expand[1]=b', { expand: ['a', 'b'] }],
    ['a[1]=x', { a: { 1: 'x' } }],
    ['a=1&a=2', { a: '2' }],
    ['__proto__[x]=1', JSON.parse('{"__proto__":{"x":"1"}}')],
  ] as const) {
    it(`${text} is ${JSON.stringify(value)}`, () => assert.deepEqual(decodeForm(text), value));
  }

  for (const text of ['a=1&a[b]=2', 'a[b]=1&a=2', 'a[b=1', 'a]b[=1', 'a[[b]]=1']) {
    it(`${text} contradicts itself`, () => assert.throws(() => decodeForm(text), RangeError));
  }
});
