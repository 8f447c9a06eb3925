import type { Db } from 'mongodb';
import { makeCollections, type CollectionPlan } from '../make-collections.ts';

const PLAN: Readonly<Record<string, CollectionPlan>> = {
  provider_events: {
    indexes: [
      { key: { state: 1, nextTryAt: 1, _id: 1 } },
      { key: { subject: 1, createdAt: 1 } },
      { key: { receivedAt: -1, _id: -1 } },
    ],
  },
  payment_facts: {
    indexes: [{ key: { state: 1, dueAt: 1, occurredAt: 1, _id: 1 } }, { key: { provider: 1, kind: 1, occurredAt: 1 } }],
  },
  payment_exceptions: { indexes: [{ key: { state: 1, openedAt: -1, _id: -1 } }, { key: { kind: 1, occurredAt: 1 } }] },
  provider_sends: {},
};

/** What payment providers tell: events as they came, facts made of them, and what a person must look at. */
export const payments = {
  id: '0007-payments',
  async up(db: Db): Promise<void> {
    await makeCollections(db, PLAN);
  },
};
