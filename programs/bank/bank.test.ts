import assert from 'node:assert/strict';
import fc from 'fast-check';
import { money } from '../money.ts';
import { readBankAmount, writeBankAmount } from './bank-amount.ts';
import { findReference, payoutReference } from './bank-reference.ts';
import { matchLine, type KnownOrders, type LineMatch } from './match-line.ts';
import { controlTotalsHold, paymentFileRows } from './payment-file.ts';
import { readStatement } from './statement.ts';

const PAYOUT = 'pyo_01kc0000000000000000000000';
const INVOICE = 'inv_01kc0000000000000000000001';
const TOP_UP = 'top_01kc0000000000000000000002';

describe('amounts as banks write them', () => {
  const rows: [text: string, currency: string, amount: number | undefined][] = [
    ['3.00', 'CNY', 300],
    ['3', 'CNY', 300],
    ['3.5', 'CNY', 350],
    ['-0.05', 'CNY', -5],
    ['120', 'JPY', 120],
    ['1.234', 'KWD', 1_234],
    ['21474836.48', 'CNY', 2_147_483_648],
    ['120.0', 'JPY', undefined],
    ['3.001', 'CNY', undefined],
    ['1,000.00', 'CNY', undefined],
    ['', 'CNY', undefined],
    ['1e3', 'CNY', undefined],
    [' 3.00', 'CNY', undefined],
    ['999999999999999.99', 'CNY', undefined],
  ];
  for (const [text, currency, amount] of rows) {
    it(`${JSON.stringify(text)} ${currency} is ${amount ?? 'none'}`, () => {
      assert.equal(readBankAmount(text, currency)?.amount, amount);
    });
  }

  it('come back as they were written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e13, max: 1e13 }),
        fc.constantFrom('CNY', 'JPY', 'KWD'),
        (amount, currency) => readBankAmount(writeBankAmount(money(amount, currency)), currency)?.amount === amount,
      ),
    );
  });
});

describe('references in the text of a statement', () => {
  const rows: [text: string, finds: string | undefined][] = [
    [payoutReference(PAYOUT, 1), `payout ${PAYOUT} 1`],
    [`RET: ${PAYOUT.toUpperCase()}-12 ACCOUNT CLOSED`, `payout ${PAYOUT} 12`],
    [`${PAYOUT.replace('_', ' ')}-1`, `payout ${PAYOUT} 1`],
    [`${PAYOUT.replace('_', '')}-1`, `payout ${PAYOUT} 1`],
    [PAYOUT, undefined],
    [`premium ${INVOICE}, thank you`, `invoice ${INVOICE}`],
    [`/ROC/${INVOICE.replace('_', '-')}/`, `invoice ${INVOICE}`],
    [TOP_UP, `top_up ${TOP_UP}`],
    [`${INVOICE} ${INVOICE}`, `invoice ${INVOICE}`],
    [`${INVOICE} and ${TOP_UP}`, undefined],
    [`x${INVOICE}`, undefined],
    [`${INVOICE}9`, undefined],
    ['salary', undefined],
  ];
  for (const [text, finds] of rows) {
    it(`${text}: ${finds ?? 'nothing certain'}`, () => {
      const found = findReference(text);
      assert.equal(found && Object.values(found).join(' '), finds);
    });
  }
});

describe('a payment file', () => {
  const line = (reference: string, amount: number) => ({
    reference,
    amount: money(amount, 'CNY'),
    holder: 'Li Na',
    bankCode: 'ICBKCNBJ',
    accountNumber: '6222000000001234',
    country: 'CN',
    statementText: 'Parasol',
  });

  it('ends with the number and the sum of its payments', () => {
    const rows = paymentFileRows({ fileId: 'bnk_1', currency: 'CNY', lines: [line('a-1', 30_000), line('b-1', 5)] });
    assert.deepEqual(
      rows.map(([type, reference, amount]) => [type, reference, amount].join(' ')),
      ['type reference amount', 'header bnk_1 ', 'payment a-1 300.00', 'payment b-1 0.05', 'total 2 300.05'],
    );
    assert.ok(controlTotalsHold(rows));
  });

  it('whose payments were changed, left out or doubled does not add up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e12 }), { minLength: 1, maxLength: 20 }),
        fc.nat(),
        fc.constantFrom('changed', 'left out', 'doubled'),
        (amounts, pick, how) => {
          const lines = amounts.map((amount, at) => line(`p-${at}`, amount));
          const rows = paymentFileRows({ fileId: 'bnk_1', currency: 'CNY', lines });
          assert.ok(controlTotalsHold(rows));
          const at = 2 + (pick % lines.length);
          const row = rows[at] ?? [];
          if (how === 'changed') rows[at] = row.with(2, `1${row[2]}`);
          else rows.splice(at, how === 'doubled' ? 0 : 1, ...(how === 'doubled' ? [row] : []));
          return !controlTotalsHold(rows);
        },
      ),
    );
  });
});

describe('a bank statement', () => {
  const good = [
    ['opening', '', '2026-03-02', '1000.00', '', ''],
    ['line', 'R1', '2026-03-02', '-300.00', 'Li Na', payoutReference(PAYOUT, 1)],
    ['line', 'R2', '2026-03-02', '12.50', 'Platform', INVOICE],
    ['closing', '', '2026-03-02', '712.50', '', ''],
  ];

  it('is read whole', () => {
    const read = readStatement(good, 'CNY');
    assert.ok(read.ok);
    assert.deepEqual(
      read.statement.lines.map(({ row, bankRef, amount }) => [row, bankRef, amount.amount]),
      [
        [3, 'R1', -30_000],
        [4, 'R2', 1_250],
      ],
    );
    assert.equal(read.statement.closingBalance.amount, 71_250);
  });

  const change = (row: number, column: number, text: string) =>
    good.map((cells, at) => (at === row ? cells.with(column, text) : cells));
  const bad: [name: string, rows: readonly (readonly string[])[], says: RegExp][] = [
    ['an amount that is none', change(1, 3, '-3oo'), /row 3 amount: -3oo is no amount of CNY/],
    ['a day that is none', change(1, 2, '2026-02-30'), /row 3 booked_on/],
    ['a type that is none', change(1, 0, 'fee'), /row 3 type/],
    ['no number of the bank', change(2, 1, ''), /row 4 bank_ref/],
    ['a movement twice', change(2, 1, 'R1'), /row 4 bank_ref: stands in row 3 too/],
    ['a movement of nothing', change(1, 3, '0.00'), /row 3 amount: a movement cannot be zero/],
    ['balances that do not fit', change(3, 3, '712.51'), /come to 712\.50, the closing balance is 712\.51/],
    [
      'amounts beyond counting',
      change(1, 3, '90071992547409.91').with(2, ['line', 'R2', '2026-03-02', '90071992547409.91', '', '']),
      /come to more than any balance, the closing balance is 712\.50/,
    ],
    ['no closing balance', good.slice(0, 3), /no row of type closing/],
    ['two opening balances', [...good, ['opening', '', '', '1.00', '', '']], /second opening/],
    ['nothing at all', [], /no row of type opening/],
  ];
  for (const [name, rows, says] of bad) {
    it(`with ${name} is refused whole, and says where`, () => {
      const read = readStatement(rows, 'CNY');
      assert.ok(!read.ok);
      const words = read.problems.map(({ row, column = '', message }) => `row ${row} ${column}: ${message}`).join('\n');
      assert.match(words, says);
    });
  }
});

describe('a line of a statement is reconciled', () => {
  const orders: KnownOrders = {
    payoutOrder: (payoutId, attempt) =>
      payoutId === PAYOUT && attempt === 1 ? { amount: money(30_000, 'CNY') } : undefined,
    demand: (id) =>
      id === INVOICE ? { kind: 'invoice' } : id === TOP_UP ? { kind: 'top_up', platformId: 'plt_a' } : undefined,
  };
  const rows: [text: string, amount: number, match: LineMatch['kind']][] = [
    [payoutReference(PAYOUT, 1), -30_000, 'payout_posted'],
    [`RETURN ${payoutReference(PAYOUT, 1)}`, 30_000, 'payout_returned'],
    [payoutReference(PAYOUT, 1), -30_001, 'amount_differs'],
    [payoutReference(PAYOUT, 1), 29_999, 'amount_differs'],
    [payoutReference(PAYOUT, 2), -30_000, 'not_ordered'],
    [payoutReference(PAYOUT, 2), 30_000, 'unidentified'],
    [INVOICE, 500, 'invoice_paid'],
    [INVOICE, -500, 'not_ordered'],
    [TOP_UP, 500, 'top_up_paid'],
    ['inv_01kc9999999999999999999999', 500, 'unidentified'],
    ['a gift', 500, 'unidentified'],
    ['monthly fee', -500, 'not_ordered'],
  ];
  for (const [text, amount, kind] of rows) {
    it(`${amount} "${text}": ${kind}`, () => {
      const line = {
        row: 2,
        bankRef: 'R',
        bookedOn: '2026-03-02',
        counterparty: '',
        text,
        amount: money(amount, 'CNY'),
      };
      assert.equal(matchLine(line, orders).kind, kind);
    });
  }
});
