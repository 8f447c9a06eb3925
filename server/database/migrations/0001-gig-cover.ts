import type { Db, IndexDescription } from 'mongodb';

const day = { bsonType: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
const amount = { bsonType: 'long' };
const money = {
  bsonType: 'object',
  required: ['amount', 'currency'],
  properties: { amount, currency: { bsonType: 'string' } },
};

interface CollectionPlan {
  readonly indexes?: readonly IndexDescription[];
  readonly validator?: { readonly required: readonly string[]; readonly properties: Readonly<Record<string, unknown>> };
}

/**
 * Collections, indexes and validators of gig cover. Every query has its index here; every dedup key is an `_id`.
 * Validators guard what code could silently get wrong: money that is not a long (M1), days that are not days.
 */
const PLAN: Readonly<Record<string, CollectionPlan>> = {
  shift_events: {
    indexes: [
      { key: { workerId: 1, time: 1 } },
      { key: { platformId: 1, shiftId: 1 } },
      { key: { receivedAt: 1 } },
      {
        key: { 'decision.cover.policyId': 1, 'decision.cover.productDay': 1 },
        partialFilterExpression: { 'decision.cover.policyId': { $exists: true } },
      },
      { key: { platformId: 1, time: 1 }, partialFilterExpression: { 'decision.outcome': 'not_covered' } },
    ],
    validator: {
      required: ['platformId', 'workerId', 'type', 'time', 'receivedAt', 'hash', 'decision'],
      properties: {
        time: { bsonType: 'date' },
        receivedAt: { bsonType: 'date' },
        decision: { bsonType: 'object', properties: { premium: money } },
      },
    },
  },
  covers: {
    validator: {
      required: ['policyId', 'policyRevision', 'workerId', 'productDay', 'product', 'openedBy', 'openedAt'],
      properties: { productDay: day, openedAt: { bsonType: 'date' } },
    },
  },
  workers: {
    indexes: [
      { key: { platformId: 1, externalId: 1 }, unique: true },
      { key: { personId: 1 }, sparse: true },
    ],
  },
  people: {
    indexes: [
      { key: { nationalIdHash: 1 }, unique: true, partialFilterExpression: { nationalIdHash: { $exists: true } } },
    ],
  },
  platforms: { indexes: [{ key: { sources: 1 }, unique: true }] },
  api_keys: {
    indexes: [
      { key: { ownerId: 1, createdAt: 1 } },
      { key: { keyId: 1 }, unique: true },
      { key: { ownerId: 1, slot: 1 }, unique: true, partialFilterExpression: { slot: { $exists: true } } },
    ],
  },
  tokens: {
    indexes: [
      { key: { subjectId: 1, createdAt: 1 } },
      { key: { tokenId: 1 }, unique: true },
      { key: { expiresAt: 1 } },
    ],
  },
  carriers: {},
  policy_revisions: {
    indexes: [
      { key: { platformId: 1, policyId: 1, revision: 1 } },
      { key: { policyId: 1, revision: 1 }, unique: true },
    ],
  },
  consents: { indexes: [{ key: { personId: 1, granteePlatformId: 1, grantedAt: 1 } }] },
  disclosures: { indexes: [{ key: { workerId: 1, firstAt: 1 } }, { key: { personId: 1, firstAt: 1 }, sparse: true }] },
  certificates: { indexes: [{ key: { code: 1 }, unique: true }] },
  signing_keys: { indexes: [{ key: { publishedUntil: 1 } }] },
  periods: { indexes: [{ key: { state: 1, dueAt: 1 } }, { key: { policyId: 1, productDay: 1 } }] },
  statements: {
    indexes: [
      { key: { closeKey: 1 }, unique: true },
      { key: { platformId: 1, productDay: 1, _id: 1 } },
      { key: { policyId: 1, productDay: 1 } },
    ],
    validator: { required: ['closeKey', 'total'], properties: { productDay: day, total: money } },
  },
  statement_lines: {
    indexes: [{ key: { statementId: 1, _id: 1 } }, { key: { coverId: 1, revision: 1 } }],
    validator: { required: ['statementId', 'coverId', 'amount', 'currency'], properties: { amount } },
  },
  unavailabilities: { indexes: [{ key: { to: 1 } }] },
  idempotency: { indexes: [{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }] },
};

export const gigCover = {
  id: '0001-gig-cover',
  async up(db: Db): Promise<void> {
    const existing = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
    for (const [name, { indexes, validator }] of Object.entries(PLAN)) {
      if (!existing.has(name)) await db.createCollection(name);
      if (validator)
        await db.command({
          collMod: name,
          validator: { $jsonSchema: { bsonType: 'object', ...validator } },
          // Unlike the driver's own methods, a bare command does not take the connection's write concern.
          writeConcern: { w: 'majority', j: true },
        });
      if (indexes) await db.collection(name).createIndexes([...indexes]);
    }
  },
};
