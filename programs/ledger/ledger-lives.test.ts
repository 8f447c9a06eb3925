import assert from 'node:assert/strict';
import { formatMoney, money } from '../money.ts';
import { netPremium, returnFloat, settleLevy, settlePremium } from './carrier-events.ts';
import { checkTransfers } from './check-transfers.ts';
import { checkProgram, PROGRAM_MEANING } from './check-program.ts';
import { bankIdentified, openingBalance, payoutRecovered, writtenOff } from './common-events.ts';
import { applyDecision, decideUnit } from './decide-unit.ts';
import { emptyState } from './ledger-state.ts';
import {
  deficitRepaired,
  donationDisputed,
  donationFee,
  donationMatched,
  donationReceived,
  donationRefunded,
  poolReleased,
  poolReserved,
  programExpense,
  programLoss,
  programSpent,
} from './program-events.ts';
import type { NewTransfer } from './transfer.ts';

const cny = (amount: number) => money(amount, 'CNY');
const CLEARING = 'stripe:clearing:CNY';
const DISPUTED = 'stripe:disputed:CNY';
const CASH = 'cash:stripe:CNY';
const RECEIVABLE = 'policy:pol_1:receivable:CNY';
const FUND = 'program:heyuan:fund:CNY';
const booking = (id: string) => ({ id: `${id}:1`, effectiveOn: '2026-03-02', refs: { story: id } });

/** A ledger in memory that prints what was booked: money goes from the debit account to the credit account. */
function openBooks() {
  const state = emptyState();
  const lines = ['kind               amount      from -> to'];
  let units = 0;
  const without = (account: string) => account.replace(/:CNY$/, '');
  return {
    lines,
    book: (...parts: readonly (NewTransfer | readonly NewTransfer[])[]): string => {
      const transfers = parts.flat();
      checkTransfers(transfers);
      const unit = { id: `u${units++}`, transfers: transfers.map((transfer) => ({ transfer, hash: transfer.id })) };
      const decision = decideUnit(state, unit, 0);
      applyDecision(state, unit, decision);
      if (decision.status !== 'committed')
        return decision.status === 'refused' ? decision.refusal.code : decision.status;
      for (const { kind, type, amount, debit, credit } of decision.transfers) {
        const what = type === 'posted' ? kind : `${kind} ${type}`;
        const moved = `${without(debit)} -> ${without(credit)}`;
        lines.push(`${what.padEnd(18)} ${formatMoney(cny(amount)).padStart(10)}  ${moved}`);
      }
      return 'committed';
    },
    /** Posted, on the credit side. */
    balance: (account: string): number => {
      const { creditsPosted = 0, debitsPosted = 0 } = state.accounts.get(account) ?? {};
      return creditsPosted - debitsPosted;
    },
    state,
  };
}

const heyuan = (amount: number) => ({ programId: 'heyuan', amount: cny(amount) });
const end = { kind: 'payout', effectiveOn: '2026-03-02' } as const;
const payout = (id: string, amount: number, debit: string): NewTransfer => ({
  ...{ ...end, id, type: 'pending', amount, debit, credit: CASH },
});

describe('lives of money', () => {
  it('a program: gifts, their fee, covers, a claim that came back, a lost dispute and its repair', () => {
    const { book, lines, balance, state } = openBooks();
    book(donationReceived(booking('gift'), { ...heyuan(10_000), into: CLEARING }));
    book(donationFee(booking('fee'), { ...heyuan(290), keptFrom: CLEARING }));
    book({
      ...end,
      id: 'settled',
      kind: 'clearing_settled',
      type: 'posted',
      debit: CASH,
      credit: CLEARING,
      amount: 9_710,
    });
    book(donationMatched(booking('match'), { ...heyuan(5_000), from: CASH }));
    book(poolReserved(booking('cover'), heyuan(3_000)));
    book(payout('claim:1', 2_000, 'program:heyuan:claims_pool:CNY'));
    book({ ...end, id: 'claim:1:post', type: 'post', resolves: 'claim:1', amount: 1_800 });
    book(poolReleased(booking('cover-ended'), heyuan(1_200)));
    book(programSpent(booking('premium'), { ...heyuan(2_400), to: 'carrier:picc:premium_payable:CNY' }));
    book(programExpense(booking('office'), { ...heyuan(500), cash: CASH }));
    book(payoutRecovered(booking('paid-back'), { amount: cny(300), cash: CASH, source: FUND }));
    book(donationRefunded(booking('refund'), { ...heyuan(1_000), backThrough: CLEARING }));
    const available = cny(balance(FUND));
    assert.equal(available.amount, 9_310);
    book(donationDisputed(booking('dispute'), { ...heyuan(10_000), takenFrom: DISPUTED, available }));
    book(donationReceived(booking('unrestricted'), { ...heyuan(700), into: CASH }));
    book(deficitRepaired(booking('repair'), heyuan(690)));
    assert.deepEqual(lines, [
      'kind               amount      from -> to',
      'donation_received  CNY 100.00  stripe:clearing -> program:heyuan:fund',
      'donation_fee         CNY 2.90  program:heyuan:fund -> stripe:clearing',
      'clearing_settled    CNY 97.10  cash:stripe -> stripe:clearing',
      'donation_matched    CNY 50.00  cash:stripe -> program:heyuan:fund',
      'pool_reserved       CNY 30.00  program:heyuan:fund -> program:heyuan:claims_pool',
      'payout pending      CNY 20.00  program:heyuan:claims_pool -> cash:stripe',
      'payout post         CNY 18.00  program:heyuan:claims_pool -> cash:stripe',
      'pool_released       CNY 12.00  program:heyuan:claims_pool -> program:heyuan:fund',
      'program_spent       CNY 24.00  program:heyuan:fund -> carrier:picc:premium_payable',
      'program_expense      CNY 5.00  program:heyuan:fund -> cash:stripe',
      'payout_recovered     CNY 3.00  cash:stripe -> program:heyuan:fund',
      'donation_refunded   CNY 10.00  program:heyuan:fund -> stripe:clearing',
      'donation_disputed   CNY 93.10  program:heyuan:fund -> stripe:disputed',
      'donation_disputed    CNY 6.90  program:heyuan:deficit -> stripe:disputed',
      'donation_received    CNY 7.00  cash:stripe -> program:heyuan:fund',
      'deficit_repaired     CNY 6.90  program:heyuan:fund -> program:heyuan:deficit',
    ]);
    assert.deepEqual([balance(FUND), balance('program:heyuan:deficit:CNY')], [10, 0]);
    // The identity of H5 holds, told from the transfers on one side and from the accounts on the other.
    const inflows = new Map([
      ['donation_received', 10_700],
      ['donation_matched', 5_000],
      ['donation_fee', -290],
      ['payout', -1_800],
      ['program_spent', -2_400],
      ['program_expense', -500],
      ['payout_recovered', 300],
      ['donation_refunded', -1_000],
      ['donation_disputed', -10_000],
    ]);
    const own = [...state.accounts.keys()].filter((account) => account.startsWith('program:heyuan:'));
    const total = own.reduce((sum, account) => sum + balance(account), 0);
    assert.deepEqual(checkProgram({ program: 'heyuan', currency: 'CNY', inflows, balance: total }), []);
    for (const kind of inflows.keys()) assert.ok(kind in PROGRAM_MEANING, kind);
  });

  it('a refund reaches only what a gift has left', () => {
    const { book } = openBooks();
    book(donationReceived(booking('gift'), { ...heyuan(1_000), into: CLEARING }));
    book(poolReserved(booking('cover'), heyuan(400)));
    assert.equal(book(donationRefunded(booking('all'), { ...heyuan(1_000), backThrough: CLEARING })), 'exceeds_funds');
    assert.equal(book(donationRefunded(booking('rest'), { ...heyuan(600), backThrough: CLEARING })), 'committed');
  });

  it("a carrier's month: premium netted in part, paid in part, levy paid, float returned, never more than there is", () => {
    const { book, lines } = openBooks();
    book(openingBalance(booking('cash'), { amount: cny(50_000), account: CASH, side: 'debit' }));
    const charged = { ...end, kind: 'premium_charged', type: 'posted', debit: RECEIVABLE } as const;
    book(
      { ...charged, id: 'day:carrier', credit: 'carrier:picc:premium_payable:CNY', amount: 8_420 },
      { ...charged, id: 'day:levy', credit: 'levy:cisf:payable:CNY', amount: 80 },
    );
    const picc = { carrierId: 'picc', cash: CASH };
    book(netPremium('stl_1', { carrierId: 'picc', amount: cny(3_000), effectiveOn: '2026-03-31' }));
    book(settlePremium(booking('premium'), { ...picc, amount: cny(5_420) }));
    book(settleLevy(booking('levy'), { authority: 'cisf', cash: CASH, amount: cny(80) }));
    assert.equal(book(returnFloat(booking('too-much'), { ...picc, amount: cny(3_001) })), 'exceeds_funds');
    book(returnFloat(booking('float'), { ...picc, amount: cny(2_500) }));
    assert.deepEqual(lines.slice(1), [
      'opening_balance    CNY 500.00  cash:stripe -> world:opening',
      'premium_charged     CNY 84.20  policy:pol_1:receivable -> carrier:picc:premium_payable',
      'premium_charged      CNY 0.80  policy:pol_1:receivable -> levy:cisf:payable',
      'premium_netted      CNY 30.00  carrier:picc:premium_payable -> carrier:picc:claims_float',
      'premium_settled     CNY 54.20  carrier:picc:premium_payable -> cash:stripe',
      'levy_settled         CNY 0.80  levy:cisf:payable -> cash:stripe',
      'float_returned      CNY 25.00  carrier:picc:claims_float -> cash:stripe',
    ]);
  });

  it('money from a bank that nobody knew, and losses that nobody pays back', () => {
    const { book, lines, balance } = openBooks();
    book({
      ...end,
      id: 'in',
      kind: 'bank_received',
      type: 'posted',
      debit: 'cash:icbc:CNY',
      credit: 'bank:icbc:unidentified:CNY',
      amount: 700,
    });
    const matched = { amount: cny(700), bankId: 'icbc', to: RECEIVABLE };
    assert.equal(book(bankIdentified(booking('matched'), matched)), 'committed');
    assert.equal(book(bankIdentified(booking('again'), matched)), 'exceeds_funds');
    const debtor = 'payee:per_1:receivable:CNY';
    book(openingBalance(booking('debt'), { amount: cny(90), account: debtor, side: 'debit' }));
    book(donationReceived(booking('gift'), { ...heyuan(100), into: CASH }));
    book(programLoss(booking('loss'), { ...heyuan(40), personId: 'per_1' }));
    book(writtenOff(booking('rest'), { amount: cny(50), receivable: debtor }));
    assert.equal(balance(debtor), 0);
    assert.deepEqual(lines.slice(2), [
      'bank_identified      CNY 7.00  bank:icbc:unidentified -> policy:pol_1:receivable',
      'opening_balance      CNY 0.90  payee:per_1:receivable -> world:opening',
      'donation_received    CNY 1.00  cash:stripe -> program:heyuan:fund',
      'program_loss         CNY 0.40  program:heyuan:fund -> payee:per_1:receivable',
      'written_off          CNY 0.50  parasol:write_off -> payee:per_1:receivable',
    ]);
  });
});
