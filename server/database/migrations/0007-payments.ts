import type { Db, IndexDescription } from 'mongodb';

const PLAN: Readonly<Record<string, readonly IndexDescription[]>> = {
  provider_events: [
    { key: { state: 1, nextTryAt: 1, _id: 1 } },
    { key: { subject: 1, createdAt: 1 } },
    { key: { receivedAt: -1, _id: -1 } },
  ],
  payment_facts: [
    { key: { state: 1, dueAt: 1, occurredAt: 1, _id: 1 } },
    { key: { provider: 1, kind: 1, occurredAt: 1 } },
  ],
  payment_exceptions: [{ key: { state: 1, openedAt: -1, _id: -1 } }, { key: { kind: 1, occurredAt: 1 } }],
  provider_sends: [],
};

/** What payment providers tell: events as they came, facts made of them, and what a person must look at. */
export const payments = {
  id: '0007-payments',
  async up(db: Db): Promise<void> {
    const existing = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
    for (const [name, indexes] of Object.entries(PLAN)) {
      if (!existing.has(name)) await db.createCollection(name);
      if (indexes.length > 0) await db.collection(name).createIndexes([...indexes]);
    }
  },
};
