import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { NewTransfer } from '../ledger/transfer.ts';
import { formatMoney, money } from '../money.ts';
import { productRef, products } from '../products/catalogue.ts';
import { premiumTransfers, type PremiumShare } from './premium-transfers.ts';

const share = (amount: number, more: Partial<PremiumShare> = {}): PremiumShare => ({
  ...{ carrierId: 'car_1', product: 'rider-day@1', lineCount: 1, amount: money(amount, 'CNY') },
  ...more,
});
const posting = (...shares: PremiumShare[]) => ({
  ...{ closeKey: 'close:pol_1:2026-03-02:1', statementId: 'stm_1', policy: { policyId: 'pol_1' } },
  ...{ productDay: '2026-03-02', effectiveOn: '2026-03-02', shares },
});
const shown = (transfers: readonly NewTransfer[]) =>
  transfers.map((transfer) => {
    assert.ok(transfer.type === 'posted');
    const { kind, debit, credit, amount } = transfer;
    return `${kind}  ${formatMoney(money(amount, 'CNY'))}  ${debit} -> ${credit}`;
  });
/** What the transfers change an account by: debits less credits. */
const change = (transfers: readonly NewTransfer[], account: string) =>
  transfers.reduce((sum, transfer) => {
    if (transfer.type !== 'posted') return sum;
    return sum + (transfer.debit === account ? transfer.amount : transfer.credit === account ? -transfer.amount : 0);
  }, 0);

describe('premiumTransfers', () => {
  it('charges: from who owes it to carrier, commission and levy', () =>
    assert.deepEqual(shown(premiumTransfers(posting(share(12_000)))), [
      'premium_charged  CNY 101.04  policy:pol_1:receivable:CNY -> carrier:car_1:premium_payable:CNY',
      'premium_charged  CNY 18.00  policy:pol_1:receivable:CNY -> parasol:commission:CNY',
      'premium_charged  CNY 0.96  policy:pol_1:receivable:CNY -> levy:cisf:payable:CNY',
    ]));

  it('credits: the same back', () =>
    assert.deepEqual(shown(premiumTransfers(posting(share(-300)))), [
      'premium_credited  CNY 2.53  carrier:car_1:premium_payable:CNY -> policy:pol_1:receivable:CNY',
      'premium_credited  CNY 0.45  parasol:commission:CNY -> policy:pol_1:receivable:CNY',
      'premium_credited  CNY 0.02  levy:cisf:payable:CNY -> policy:pol_1:receivable:CNY',
    ]));

  it('moves nothing for a part of zero, nor for a statement that only corrects quantities', () => {
    assert.equal(premiumTransfers(posting(share(1, { product: 'driver-order@1' }))).length, 1);
    assert.deepEqual(premiumTransfers(posting(share(0))), []);
  });

  it('names each transfer after its business, so that booking it again is the same', () => {
    const [first] = premiumTransfers(posting(share(300)));
    assert.equal(first?.id, 'close:pol_1:2026-03-02:1:car_1:rider-day@1:carrier');
    assert.deepEqual(premiumTransfers(posting(share(300))), premiumTransfers(posting(share(300))));
  });

  it('a day on which the policy went to another carrier and product: each gets its own, under ids of its own', () => {
    const shares = [share(300), share(-60, { carrierId: 'car_2', product: 'hourly-work@1' })];
    const transfers = premiumTransfers(posting(...shares));
    assert.equal(new Set(transfers.map(({ id }) => id)).size, 6);
    assert.equal(change(transfers, 'policy:pol_1:receivable:CNY'), 240);
    assert.equal(change(transfers, 'carrier:car_2:premium_payable:CNY'), 52);
  });

  it('property: the debtor owes the total, to the cent, and a charge taken back leaves nothing', () => {
    const product = fc.constantFrom(...products().map(productRef));
    fc.assert(
      fc.property(fc.integer({ min: -1e14, max: 1e14 }), product, (amount, ref) => {
        const there = premiumTransfers(posting(share(amount, { product: ref })));
        const back = premiumTransfers(posting(share(0 - amount, { product: ref })));
        assert.equal(change(there, 'policy:pol_1:receivable:CNY'), amount);
        for (const { id } of there) assert.ok(id.length <= 200);
        for (const transfer of there) {
          assert.ok(transfer.type === 'posted' && transfer.amount > 0);
          for (const account of [transfer.debit, transfer.credit]) {
            assert.equal(change([...there, ...back], account), 0, account);
          }
        }
      }),
    );
  });
});
