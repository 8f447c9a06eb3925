import fc from 'fast-check';
import { toLong } from '../../database/longs.ts';
import type { DirectTransfer, NewTransfer } from '../../../programs/ledger/transfer.ts';
import type { LedgerUnit, UnitWrite } from '../ledger.ts';
import { CASH, end, FUND, isOfProgram, LEDGER_NOW, move, POOL, WORLD } from './open-test-ledger.ts';
import { reverse, type Reversal } from './random-reversals.ts';

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
      ...{ debit, credit, kind: credit === FUND && !isOfProgram(debit) ? 'donation_received' : 'payout' },
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

const reversal: fc.Arbitrary<Reversal> = fc.record({
  ...{ id, reverses: id, effectiveOn: day, cause: fc.constantFrom('refund' as const, 'dispute' as const) },
  ...{ share: fc.constantFrom('whole' as const, 'part' as const, 'more' as const), amount },
  available: fc.nat({ max: 40 }),
});

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

/** A unit whose refunds and disputes do not know yet what they take back. */
interface DraftUnit {
  readonly transfers: readonly (NewTransfer | Reversal)[];
  readonly writes: readonly UnitWrite[];
}

const draftUnit: fc.Arbitrary<DraftUnit> = fc
  .record({
    transfers: fc.uniqueArray(
      fc.oneof(
        { weight: 5, arbitrary: direct },
        { weight: 4, arbitrary: resolving },
        { weight: 2, arbitrary: reversal },
      ),
      { maxLength: 3, selector: ({ id: ownId }) => ownId },
    ),
    writes: fc.uniqueArray(write, { maxLength: 2, selector: targetOf }),
  })
  .filter(({ transfers, writes }) => transfers.length + writes.length > 0);

/** Refunds and disputes take back what was asked for before them, whatever the ledger said to it. */
function completeUnits(batches: readonly (readonly DraftUnit[])[]): LedgerUnit[][] {
  const asked = new Map<string, DirectTransfer>();
  const complete = (each: NewTransfer | Reversal): readonly NewTransfer[] => {
    const transfers = 'reverses' in each ? reverse(each, asked.get(each.reverses)) : [each];
    for (const transfer of transfers) {
      const moved = 'resolves' in transfer ? asked.get(transfer.resolves) : transfer;
      if (moved !== undefined) asked.set(transfer.id, { ...moved, amount: transfer.amount ?? moved.amount });
    }
    return transfers;
  };
  return batches.map((batch) =>
    batch.map(({ transfers: drafts, writes }) => {
      const transfers = drafts.flatMap(complete);
      return { id: `unit-${transfers.map((each) => each.id).join('-')}`, transfers, writes };
    }),
  );
}

/**
 * Batches of units, each as one flush would take it, over few accounts, ids and documents: most of what can go wrong between
 * them goes wrong in some history. Some units come again, as a caller does who got no answer.
 */
export const randomHistory: fc.Arbitrary<LedgerUnit[][]> = fc
  .array(fc.array(draftUnit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map(completeUnits)
  .chain((batches) =>
    fc
      .array(fc.nat({ max: batches.length - 1 }), { maxLength: 3 })
      .map((again) => [...batches, ...again.map((index) => batches[index] ?? [])]),
  );
