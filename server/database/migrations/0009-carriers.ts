import type { Db } from 'mongodb';
import { makeCollections, type CollectionPlan } from '../make-collections.ts';

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
    await makeCollections(db, PLAN);
  },
};
