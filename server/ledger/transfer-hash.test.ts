import assert from 'node:assert/strict';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import type { TransferDocument } from './ledger-models.ts';
import { givenContents, hashTransfer } from './transfer-hash.ts';

const DIRECT: NewTransfer = {
  id: 'pay:1',
  kind: 'payout',
  type: 'pending',
  debit: 'program:prg_1:fund:CNY',
  credit: 'cash:stripe:CNY',
  amount: 500,
  effectiveOn: '2026-03-01',
  expiresAt: Date.UTC(2026, 2, 2),
  refs: { payout: 'pyo_1', claim: 'clm_1' },
};
const STORED: TransferDocument = {
  _id: 'pay:1',
  unitId: 'unit:1',
  hash: hashTransfer(DIRECT),
  kind: 'payout',
  type: 'pending',
  debit: 'program:prg_1:fund:CNY',
  credit: 'cash:stripe:CNY',
  amount: 500,
  currency: 'CNY',
  bookedAt: new Date(0),
  expiresAt: new Date(Date.UTC(2026, 2, 2)),
  effectiveOn: '2026-03-01',
  debitSeq: 1,
  creditSeq: 1,
  refs: { payout: 'pyo_1', claim: 'clm_1' },
};
const post = { id: 'pay:1:post', kind: 'payout', type: 'post', resolves: 'pay:1', effectiveOn: '2026-03-01' } as const;
const storedPost: TransferDocument = {
  ...STORED,
  _id: post.id,
  type: 'post',
  resolves: 'pay:1',
  reserved: 500,
};
delete storedPost.expiresAt;
delete storedPost.refs;

const hashesOf = (stored: TransferDocument): string[] => givenContents(stored).map(hashTransfer);

describe('the hash of a transfer', () => {
  it('does not depend on the order of fields, nor on those that are undefined', () => {
    const reversed = Object.fromEntries(Object.entries(DIRECT).reverse());
    assert.equal(hashTransfer({ ...DIRECT, ...reversed }), hashTransfer(DIRECT));
    assert.equal(hashTransfer({ ...post, amount: 5 }) === hashTransfer(post), false);
  });

  it('is found again from what is stored', () => {
    assert.deepEqual(hashesOf(STORED), [hashTransfer(DIRECT)]);
    assert.deepEqual(hashesOf(storedPost), [hashTransfer(post), hashTransfer({ ...post, amount: 500 })]);
    assert.deepEqual(hashesOf({ ...storedPost, amount: 400 }), [hashTransfer({ ...post, amount: 400 })]);
    assert.deepEqual(hashesOf({ ...storedPost, type: 'void' }), [hashTransfer({ ...post, type: 'void' })]);
  });

  it('tells every change of content', () => {
    const changes: Partial<TransferDocument>[] = [
      { amount: 501 },
      { debit: 'program:prg_2:fund:CNY' },
      { effectiveOn: '2026-03-02' },
      { kind: 'payout_returned' },
      { refs: { payout: 'pyo_2' } },
      { expiresAt: new Date(1) },
      { type: 'posted' },
    ];
    for (const change of changes) {
      assert.ok(!hashesOf({ ...STORED, ...change }).includes(STORED.hash), JSON.stringify(change));
    }
  });
});
