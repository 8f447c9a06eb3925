import type { Db } from 'mongodb';
import { makeCollections, type CollectionPlan } from '../make-collections.ts';

/**
 * The event log and webhooks. Events are read along their places, for an audience, a type or an aggregate; those without
 * a place are few. Deliveries that wait are found endpoint by endpoint, so that those of a dead one are skipped in one
 * step. Refused starts by receipt: few, so an index of their own lets a job find them without reading all other receipts.
 */
const PLAN: Readonly<Record<string, CollectionPlan>> = {
  events: {
    indexes: [
      { key: { unplaced: 1, recordedAt: 1, _id: 1 }, name: 'unplaced', partialFilterExpression: { unplaced: true } },
      { key: { position: 1 } },
      { key: { publishedAt: 1, position: 1 } },
      { key: { type: 1, position: 1 } },
      { key: { audienceKey: 1, position: 1 } },
      { key: { audienceKey: 1, type: 1, position: 1 } },
      { key: { aggregateId: 1, position: 1 } },
    ],
  },
  event_heads: { indexes: [{ key: { position: 1 } }] },
  webhook_endpoints: { indexes: [{ key: { audienceKey: 1, _id: 1 } }] },
  webhook_deliveries: {
    indexes: [
      {
        key: { state: 1, endpointId: 1, dueAt: 1, position: 1 },
        name: 'due',
        partialFilterExpression: { state: 'waiting' },
      },
      { key: { endpointId: 1, createdAt: -1, _id: -1 } },
      { key: { endpointId: 1, state: 1, createdAt: -1, _id: -1 } },
      { key: { expiresAt: 1 }, partialFilterExpression: { expiresAt: { $exists: true } } },
    ],
  },
  shift_events: {
    indexes: [
      {
        key: { receivedAt: 1 },
        name: 'not_covered_receipts',
        partialFilterExpression: { 'decision.outcome': 'not_covered' },
      },
    ],
  },
};

export const events = {
  id: '0011-events',
  async up(db: Db): Promise<void> {
    await makeCollections(db, PLAN);
  },
};
