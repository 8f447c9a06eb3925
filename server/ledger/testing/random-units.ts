import fc from 'fast-check';
import { toLong } from '../../database/longs.ts';
import type { NewTransfer } from '../../../programs/ledger/transfer.ts';
import type { LedgerUnit, UnitWrite } from '../ledger.ts';
import { CASH, end, FUND, LEDGER_NOW, move, WORLD } from './open-test-ledger.ts';

export const POOL = 'program:p1:claims_pool:CNY';
const ACCOUNTS = [WORLD, FUND, POOL, CASH] as const;
/** Few, so that histories clash. */
const IDS = Array.from({ length: 14 }, (_, i) => `t${i}`);
const THINGS = ['x', 'y', 'z'];

const id = fc.constantFrom(...IDS);
const amount = fc.integer({ min: 1, max: 20 });
const day = fc.constantFrom('2026-03-02', '2026-03-02', '2026-03-02', '2026-02-28');

const direct = fc
  .record({
    id,
    amount,
    effectiveOn: day,
    type: fc.constantFrom('posted' as const, 'pending' as const),
    pair: fc.shuffledSubarray([...ACCOUNTS], { minLength: 2, maxLength: 2 }),
    expiresIn: fc.option(fc.integer({ min: -2, max: 3 }), { nil: undefined }),
  })
  .map(({ pair: [debit = WORLD, credit = FUND], expiresIn, ...facts }): NewTransfer => {
    const expires = facts.type === 'pending' && expiresIn !== undefined;
    return move(facts.id, facts.amount, {
      ...facts,
      ...{ debit, credit },
      ...(expires ? { expiresAt: LEDGER_NOW + expiresIn } : {}),
    });
  });

const resolving = fc
  .record({
    id,
    resolves: id,
    type: fc.constantFrom('post' as const, 'post' as const, 'void' as const, 'expire' as const),
    amount: fc.option(amount, { nil: undefined }),
  })
  .filter((transfer) => transfer.id !== transfer.resolves)
  .map(({ id: ownId, resolves, type, amount: part }) => end(ownId, resolves, type, type === 'post' ? part : undefined));

const thing = fc.constantFrom(...THINGS);
const small = fc.integer({ min: 0, max: 2 });
const update = fc.oneof(
  small.map((n) => ({ $set: { 'deep.n': toLong(n), name: `n${n}` } })),
  fc.constant({ $inc: { count: toLong(1) }, $unset: { name: '' } }),
  small.map((n) => ({ $push: { list: n }, $max: { most: n } })),
  fc.constant({ $set: { at: new Date(LEDGER_NOW), count: 0 } }),
);
const guard = fc.oneof(
  fc.constant({}),
  small.map((count) => ({ count })),
  small.map((n) => ({ 'deep.n': n })),
  fc.constant({ name: null }),
  small.map((n) => ({ list: n, at: new Date(LEDGER_NOW) })),
);
const write: fc.Arbitrary<UnitWrite> = fc.oneof(
  fc
    .record({ kind: fc.constantFrom('insert' as const, 'insert_once' as const), thing })
    .map(({ kind, thing: _id }): UnitWrite => ({ kind, collection: 'things', document: { _id, count: 0, list: [] } })),
  fc
    .record({ thing, guard, update })
    .map((facts): UnitWrite => ({ ...facts, kind: 'update', collection: 'things', id: facts.thing })),
);

const targetOf = (each: UnitWrite): string => (each.kind === 'update' ? each.id : each.document._id);

/** Units over few accounts, ids and documents: most of what can go wrong between them goes wrong in some history. */
export const randomUnit: fc.Arbitrary<LedgerUnit> = fc
  .record({
    transfers: fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: direct }, { weight: 2, arbitrary: resolving }), {
      maxLength: 3,
      selector: ({ id: ownId }) => ownId,
    }),
    writes: fc.uniqueArray(write, { maxLength: 2, selector: targetOf }),
  })
  .filter(({ transfers, writes }) => transfers.length + writes.length > 0)
  .map(({ transfers, writes }) => ({ id: `unit-${transfers.map((each) => each.id).join('-')}`, transfers, writes }));

/** Batches of units, each as one flush would take it; some units come again, as a caller does who got no answer. */
export const randomHistory: fc.Arbitrary<LedgerUnit[][]> = fc
  .array(fc.array(randomUnit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .chain((batches) =>
    fc
      .array(fc.nat({ max: batches.length - 1 }), { maxLength: 3 })
      .map((again) => [...batches, ...again.map((index) => batches[index] ?? [])]),
  );
