import type { Db, IndexDescription } from 'mongodb';

const day = { bsonType: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
const month = { bsonType: 'string', pattern: '^\\d{4}-\\d{2}$' };
const amount = { bsonType: 'long' };
const total = {
  bsonType: 'object',
  required: ['amount', 'currency'],
  properties: { amount, currency: { bsonType: 'string' } },
};
const shares = { bsonType: 'array', items: { bsonType: 'object', required: ['amount'], properties: { amount } } };
const amounts = ['premium', 'payable', 'commission', 'carriedIn', 'netted', 'toPay', 'carriedOut'];

interface CollectionPlan {
  readonly indexes: readonly IndexDescription[];
  readonly validator?: { readonly required: readonly string[]; readonly properties: Readonly<Record<string, unknown>> };
}

/**
 * The premium side: statements by the month that they are booked into (those without one are still to be booked),
 * bordereaux with their lines, settlements.
 */
const PLAN: Readonly<Record<string, CollectionPlan>> = {
  statements: {
    indexes: [{ key: { month: 1, 'shares.carrierId': 1, policyId: 1, productDay: 1, _id: 1 } }],
    validator: {
      required: ['closeKey', 'total'],
      properties: { productDay: day, total, effectiveOn: day, month, shares },
    },
  },
  bordereaux: {
    indexes: [
      { key: { month: 1, _id: 1 } },
      { key: { carrierId: 1, month: 1, _id: 1 } },
      { key: { settlementId: 1, month: 1 } },
    ],
    validator: { required: ['carrierId', 'month', 'currency'], properties: { month } },
  },
  bordereau_lines: {
    indexes: [{ key: { statementId: 1, carrierId: 1, _id: 1 } }],
    validator: {
      required: ['statementId', 'carrierId', 'coverId', 'amount', 'currency'],
      properties: { amount, productDay: day },
    },
  },
  settlements: {
    indexes: [
      { key: { month: 1, _id: 1 } },
      { key: { carrierId: 1, currency: 1, month: 1 }, unique: true },
      { key: { state: 1, month: 1 } },
    ],
    validator: {
      required: ['carrierId', 'month', 'currency', ...amounts],
      properties: { month, ...Object.fromEntries(amounts.map((name) => [name, amount])) },
    },
  },
};

export const carriers = {
  id: '0009-carriers',
  async up(db: Db): Promise<void> {
    const existing = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
    for (const [name, { indexes, validator }] of Object.entries(PLAN)) {
      if (!existing.has(name)) await db.createCollection(name);
      if (validator)
        await db.command({
          collMod: name,
          validator: { $jsonSchema: { bsonType: 'object', ...validator } },
          writeConcern: { w: 'majority', j: true },
        });
      await db.collection(name).createIndexes([...indexes]);
    }
  },
};
