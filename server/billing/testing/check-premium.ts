import assert from 'node:assert/strict';
import { currencyOf } from '../../../programs/ledger/chart.ts';
import { formatMoney, money } from '../../../programs/money.ts';
import { premiumTransfers } from '../../../programs/premium/premium-transfers.ts';
import type { Services } from '../../services.ts';

/**
 * The premium side of the books: every statement is booked whole, by exactly the transfers that its shares come to, told
 * once, and shown to its carriers line by line; and the ledger holds no premium beside.
 */
export async function checkPremium({ models }: Pick<Services, 'models'>): Promise<void> {
  const expected = new Map<string, string>();
  for (const statement of await models.statements.find().lean()) {
    const { _id, closeKey, policyId, productDay, total, effectiveOn, month, shares } = statement;
    assert.ok(effectiveOn !== undefined && month === effectiveOn.slice(0, 7) && shares, `${closeKey} is booked`);
    assert.equal(sum(shares), total.amount, `${closeKey}: its shares add up to it`);
    for (const { carrierId, product, amount, lineCount } of shares) {
      const lines = await models.bordereauLines.find({ statementId: _id, carrierId, product }).lean();
      assert.deepEqual([lines.length, sum(lines)], [lineCount, amount], `${closeKey}: the bordereau of ${carrierId}`);
      const bordereau = { carrierId, month, currency: total.currency };
      assert.ok(await models.bordereaux.exists(bordereau), `${carrierId} has a bordereau of ${month}`);
    }
    const owned = shares.map((share) => ({ ...share, amount: money(share.amount, total.currency) }));
    const named = { closeKey, statementId: _id, policy: { policyId }, productDay, effectiveOn, shares: owned };
    for (const transfer of premiumTransfers(named)) {
      if (transfer.type === 'posted') expected.set(transfer.id, shown(transfer));
    }
  }
  const booked = await models.transfers.find({ kind: { $in: ['premium_charged', 'premium_credited'] } }).lean();
  assert.deepEqual(
    new Map(booked.map((transfer) => [transfer._id, shown(transfer)])),
    expected,
    'the ledger holds exactly the premium of the statements',
  );
}

/** What policies owe and what is owed to carriers, by the accounts' totals; for tests without payments. */
export async function premiumBalances({ models }: Pick<Services, 'models'>): Promise<readonly string[]> {
  const accounts = await models.accounts.find().sort({ _id: 1 }).lean();
  return accounts.map(({ _id, debitsPosted, creditsPosted }) => {
    const balance = money(debitsPosted - creditsPosted, currencyOf(_id));
    return `${_id}  ${formatMoney(balance)}`;
  });
}

/** The transfers in the order in which they were booked, as a table for people. */
export async function bookedTable({ models }: Pick<Services, 'models'>): Promise<string> {
  const transfers = await models.transfers.find().sort({ bookedAt: 1, debitSeq: 1, creditSeq: 1 }).lean();
  const rows = transfers.map(({ kind, amount, currency, debit, credit, effectiveOn }) => {
    return [effectiveOn, kind, formatMoney(money(amount, currency)), debit, `-> ${credit}`];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

const sum = (amounts: readonly { readonly amount: number }[]): number =>
  amounts.reduce((so, { amount }) => so + amount, 0);

interface Moved {
  readonly kind: string;
  readonly debit: string;
  readonly credit: string;
  readonly amount: number;
  readonly effectiveOn: string;
}

const shown = ({ kind, debit, credit, amount, effectiveOn }: Moved): string =>
  [effectiveOn, kind, amount, debit, credit].join(' ');
