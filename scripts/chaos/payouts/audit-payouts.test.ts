import assert from 'node:assert/strict';
import { useTestDatabase } from '../../../server/database/testing/test-database.ts';
import { auditPayouts, type PayoutAudit } from './audit-payouts.ts';

const payout = (_id: string, state: string, amount: number, more: object = {}) => ({
  ...{ _id, state, amount: { amount }, holderId: 'per_1', fundingAccount: 'float', sourceAccount: 'float' },
  ...{ releasedAt: null, ...more },
});

interface Right {
  readonly payouts: readonly { readonly _id: string }[];
  readonly accounts: readonly ({ readonly _id: string } & Readonly<Record<string, number | string>>)[];
  readonly sentByPayout: Readonly<Record<string, number>>;
  readonly cameBack: readonly string[];
  readonly available: number;
  readonly acknowledged: readonly string[];
}

/**
 * What is stored, and what the fake says, when everything is right: two paid, one that failed and is still reserved, one
 * that came back and was paid again, and one that came back and was given back.
 */
const RIGHT: Right = {
  payouts: [
    payout('pyo_a', 'paid', 300),
    payout('pyo_b', 'paid', 200),
    payout('pyo_c', 'payee_fix', 50),
    payout('pyo_d', 'returned', 70),
    payout('pyo_e', 'paid', 70, { fundingAccount: 'payee:per_1:unclaimed:CNY' }),
    payout('pyo_f', 'returned', 90, { releasedAt: new Date(0) }),
  ],
  accounts: [
    { _id: 'cash', debitsPosted: 10_160, creditsPosted: 730, creditsPending: 50 },
    { _id: 'float', creditsPosted: 10_090, debitsPosted: 660, debitsPending: 50 },
    { _id: 'payee:per_1:unclaimed:CNY', creditsPosted: 160, debitsPosted: 160 },
  ],
  sentByPayout: { pyo_a: 1, pyo_b: 1, pyo_c: 0, pyo_d: 0, pyo_e: 1, pyo_f: 0 },
  cameBack: ['pyo_d', 'pyo_f'],
  available: 9_430,
  acknowledged: ['pyo_a', 'pyo_b', 'pyo_c', 'pyo_d', 'pyo_f'],
};

describe("the auditor of the payouts' chaos", () => {
  const database = useTestDatabase();

  async function audit(changes: Partial<Right>): Promise<PayoutAudit> {
    const { payouts, accounts, sentByPayout, cameBack, available, acknowledged } = { ...RIGHT, ...changes };
    const { db, client } = database;
    for (const [name, documents] of Object.entries({ payouts, ledger_accounts: accounts })) {
      await db.collection(name).deleteMany({});
      await db.collection<{ _id: string }>(name).insertMany(documents, { bypassDocumentValidation: true });
    }
    return auditPayouts({
      ...{ client, database: db.databaseName, acknowledged: new Set(acknowledged) },
      ...{ funded: 10_000, cashAccount: 'cash', floats: new Map([['float', 10_000]]) },
      books: {
        ...{ sentByPayout, balances: [{ currency: 'cny', available, pending: 0 }], breaches: [] },
        effects: cameBack.map((businessKey) => ({ id: 'tr_1', kind: 'transfer', status: 'returned', businessKey })),
      },
    });
  }

  it('finds nothing where all is right', async () => {
    assert.deepEqual(await audit({}), { payouts: 6, doubled: 0, missing: 0, findings: [] });
  });

  const withState = (_id: string, state: string) =>
    RIGHT.payouts.map((right) => (right._id === _id ? { ...right, state } : right));
  const withTotals = (_id: string, totals: object) =>
    RIGHT.accounts.map((right) => (right._id === _id ? { ...right, ...totals } : right));
  const planted: [name: string, changes: Partial<Right>, says: RegExp][] = [
    ['money that went twice', { sentByPayout: { ...RIGHT.sentByPayout, pyo_a: 2 } }, /pyo_a was paid 2 times/],
    [
      'money that never went',
      { sentByPayout: { ...RIGHT.sentByPayout, pyo_a: 0 } },
      /pyo_a is said to be paid, and no money went/,
    ],
    [
      'money that went for what failed',
      { sentByPayout: { ...RIGHT.sentByPayout, pyo_c: 1 } },
      /pyo_c is payee_fix, and money went/,
    ],
    ['a payout that never ends', { payouts: withState('pyo_b', 'unknown') }, /pyo_b is still unknown/],
    ['an acknowledged payout that is gone', { acknowledged: ['pyo_x'] }, /pyo_x was acknowledged and is not stored/],
    [
      'money that nobody asked for',
      { sentByPayout: { ...RIGHT.sentByPayout, pyo_y: 1 } },
      /pyo_y was paid and is unknown/,
    ],
    ['money that did not come back', { cameBack: ['pyo_f'] }, /pyo_d is said to be returned, and no money came back/],
    [
      'money that came back and is away',
      { sentByPayout: { ...RIGHT.sentByPayout, pyo_d: 1 } },
      /pyo_d is said to be returned, and money went/,
    ],
    [
      'money that came back and was never paid',
      { cameBack: [...RIGHT.cameBack, 'pyo_c'] },
      /pyo_c is payee_fix, and money went/,
    ],
    ['another sum at the fake', { available: 9_429 }, /the fake paid out 571, the payouts come to 570/],
    [
      'a reservation that was left',
      { accounts: withTotals('float', { debitsPending: 51 }) },
      /float has debitsPending of 51, the payouts come to 50/,
    ],
    [
      'a booking that is missing',
      { accounts: withTotals('cash', { creditsPosted: 430 }) },
      /cash has creditsPosted of 430, the payouts come to 730/,
    ],
    [
      'money that was given back twice',
      { accounts: withTotals('float', { creditsPosted: 10_180 }) },
      /float has creditsPosted of 10180, the payouts come to 10090/,
    ],
    [
      'money that came back and is held for nobody',
      { accounts: withTotals('payee:per_1:unclaimed:CNY', { creditsPosted: 90 }) },
      /unclaimed:CNY has creditsPosted of 90, the payouts come to 160/,
    ],
  ];
  for (const [name, changes, says] of planted) {
    it(`finds ${name}`, async () => {
      const { findings } = await audit(changes);
      assert.match(findings.join('\n'), says);
    });
  }
});
