import assert from 'node:assert/strict';
import { useTestDatabase } from '../../../server/database/testing/test-database.ts';
import { auditPayouts, type PayoutAudit } from './audit-payouts.ts';

/** What is stored, and what the fake says, when everything is right: two paid, one that failed and is still reserved. */
const RIGHT = {
  payouts: [
    { _id: 'pyo_a', state: 'paid', amount: { amount: 300 } },
    { _id: 'pyo_b', state: 'paid', amount: { amount: 200 } },
    { _id: 'pyo_c', state: 'payee_fix', amount: { amount: 50 } },
  ],
  accounts: [
    { _id: 'cash', creditsPosted: 500, creditsPending: 50 },
    { _id: 'float', debitsPosted: 500, debitsPending: 50 },
  ],
  sentByPayout: { pyo_a: 1, pyo_b: 1, pyo_c: 0 } as Record<string, number>,
  available: 9_500,
  acknowledged: ['pyo_a', 'pyo_b', 'pyo_c'],
};

describe("the auditor of the payouts' chaos", () => {
  const database = useTestDatabase();

  async function audit(changes: Partial<typeof RIGHT>): Promise<PayoutAudit> {
    const { payouts, accounts, sentByPayout, available, acknowledged } = { ...RIGHT, ...changes };
    const { db, client } = database;
    for (const [name, documents] of Object.entries({ payouts, ledger_accounts: accounts })) {
      await db.collection(name).deleteMany({});
      await db.collection<{ _id: string }>(name).insertMany(documents, { bypassDocumentValidation: true });
    }
    return auditPayouts({
      ...{ client, database: db.databaseName, acknowledged: new Set(acknowledged) },
      ...{ funded: 10_000, cashAccount: 'cash', fundingAccount: 'float' },
      books: { sentByPayout, balances: [{ currency: 'cny', available, pending: 0 }], breaches: [] },
    });
  }

  it('finds nothing where all is right', async () => {
    assert.deepEqual(await audit({}), { payouts: 3, doubled: 0, missing: 0, findings: [] });
  });

  const withState = (_id: string, state: string) =>
    RIGHT.payouts.map((payout) => (payout._id === _id ? { ...payout, state } : payout));
  const planted: [name: string, changes: Partial<typeof RIGHT>, says: RegExp][] = [
    ['money that went twice', { sentByPayout: { ...RIGHT.sentByPayout, pyo_a: 2 } }, /pyo_a was paid 2 times/],
    ['money that never went', { sentByPayout: { pyo_b: 1 } }, /pyo_a is said to be paid, and no money went/],
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
    ['another sum at the fake', { available: 9_499 }, /the fake paid out 501, the payouts come to 500/],
    [
      'a reservation that was left',
      { accounts: [RIGHT.accounts[0] ?? assert.fail(), { _id: 'float', debitsPosted: 500, debitsPending: 51 }] },
      /float has 51 reserved, the unpaid payouts come to 50/,
    ],
    [
      'a booking that is missing',
      { accounts: [{ _id: 'cash', creditsPosted: 300, creditsPending: 50 }, RIGHT.accounts[1] ?? assert.fail()] },
      /cash has credits of 300, the payouts come to 500/,
    ],
  ];
  for (const [name, changes, says] of planted) {
    it(`finds ${name}`, async () => {
      const { findings } = await audit(changes);
      assert.match(findings.join('\n'), says);
    });
  }
});
