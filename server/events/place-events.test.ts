import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openWorkday } from '../billing/testing/workday.ts';
import { assertLean, profileReads } from '../database/testing/profile-reads.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { OpenServices } from '../open-services.ts';
import { TEST_OPERATOR } from '../billing/testing/workday.ts';
import { eventRows, type EventAudience } from './event-model.ts';
import { listEvents } from './list-events.ts';
import { inLogOrder, placeEvents } from './place-events.ts';
import { sampleEvent } from './testing/sample-events.ts';

const A: EventAudience = { kind: 'platform', platformId: 'plt_a' };
const B: EventAudience = { kind: 'platform', platformId: 'plt_b' };

describe('placeEvents', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  before(async () => ({ services } = await openWorkday(database)));
  beforeEach(() => Promise.all(['events', 'event_heads'].map((name) => database.db.collection(name).deleteMany({}))));

  const insert = (...events: ReturnType<typeof sampleEvent>[]) => eventRows(services).events.insertMany(events);
  const place = (now = 1_000) => placeEvents(services, { now });
  const read = (after?: string, limit = 1_000) => listEvents(services, { actor: TEST_OPERATOR, limit, after });
  const ids = async (after?: string) => (await read(after)).map(({ aggregateId }) => aggregateId);

  it('gives places 1, 2, 3 in the order of recording, once', async () => {
    await insert(
      sampleEvent({ aggregateId: 'second', audience: A, recordedAt: new Date(20) }),
      sampleEvent({ aggregateId: 'first', audience: B, recordedAt: new Date(10) }),
    );
    assert.deepEqual(await ids(), [], 'not told before it has a place');
    assert.equal(await place(), 2);
    assert.equal(await place(), 0);
    const events = await read();
    assert.deepEqual(
      events.map(({ aggregateId, position, unplaced }) => [aggregateId, position, unplaced]),
      [
        ['first', 1, undefined],
        ['second', 2, undefined],
      ],
    );
    const heads = await eventRows(services).heads.find().sort({ _id: 1 }).toArray();
    assert.deepEqual(
      heads.map(({ _id, position }) => `${_id} ${position}`),
      ['all 2', 'platform:plt_a 2', 'platform:plt_b 1'],
    );
  });

  it('an event whose transaction commits late comes after those that a reader has seen', async () => {
    const session = database.client.startSession();
    try {
      session.startTransaction({ writeConcern: { w: 'majority', j: true } });
      const late = sampleEvent({ aggregateId: 'late', audience: A, recordedAt: new Date(10) });
      await eventRows(services).events.insertOne(late, { session });
      await insert(sampleEvent({ aggregateId: 'early', audience: A, recordedAt: new Date(20) }));
      await place();
      const [seen] = await read();
      assert.equal(seen?.aggregateId, 'early');
      await session.commitTransaction();
      assert.deepEqual(await ids(seen?._id), [], 'not yet placed');
      await place();
      assert.deepEqual(await ids(seen?._id), ['late']);
    } finally {
      await session.endSession();
    }
  });

  it('several at once leave no hole, and a reader who follows meanwhile misses nothing', async () => {
    const count = 1_300;
    const events = Array.from({ length: count }, (_, i) =>
      sampleEvent({ aggregateId: `agg${i}`, audience: i % 2 === 0 ? A : B, recordedAt: new Date(i) }),
    );
    let writing = true;
    const seen: string[] = [];
    const follow = async (): Promise<void> => {
      let after: string | undefined;
      for (;;) {
        const last = !writing;
        const page = await read(after, 100);
        seen.push(...page.slice(0, 100).map(({ _id }) => _id));
        after = seen.at(-1);
        if (last && page.length === 0) return;
      }
    };
    const write = async (): Promise<void> => {
      for (let i = 0; i < count; i += 100) {
        await insert(...events.slice(i, i + 100));
        await Promise.all([place(), place(), place()]);
      }
      await place();
      writing = false;
    };
    await Promise.all([follow(), write()]);
    assert.equal(seen.length, count);
    assert.equal(new Set(seen).size, count);
    const stored = await eventRows(services).events.find().sort({ position: 1 }).toArray();
    assert.deepEqual(
      stored.map(({ position }) => position),
      events.map((_, i) => i + 1),
    );
  });

  it('looks at nothing but what has no place, however long the log', async () => {
    await insert(...Array.from({ length: 50 }, (_, i) => sampleEvent({ aggregateId: `old${i}`, audience: A })));
    await place();
    assertLean(await profileReads(database, ['events'], () => place()));
    await insert(sampleEvent({ aggregateId: 'new', audience: A }));
    assertLean(await profileReads(database, ['events'], () => place()));
  });

  it('times of publishing never decrease, whatever the clocks of processes say', async () => {
    await insert(sampleEvent({ aggregateId: 'one', audience: A }));
    await place(5_000);
    await insert(sampleEvent({ aggregateId: 'two', audience: A }));
    await place(4_000);
    assert.deepEqual(
      (await read()).map(({ publishedAt }) => publishedAt?.getTime()),
      [5_000, 5_000],
    );
  });
});

describe('inLogOrder', () => {
  it('keeps the order of recording, but each aggregate in its own sequence, and loses nobody', () => {
    const row = fc.record({ aggregateId: fc.constantFrom('a', 'b', 'c'), sequence: fc.nat() });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const ordered = inLogOrder(rows);
        assert.deepEqual(
          ordered.map(({ aggregateId }) => aggregateId),
          rows.map(({ aggregateId }) => aggregateId),
        );
        for (const id of ['a', 'b', 'c']) {
          const sequences = (of: readonly (typeof rows)[number][]) =>
            of.filter(({ aggregateId }) => aggregateId === id).map(({ sequence }) => sequence);
          assert.deepEqual(
            sequences(ordered),
            sequences(rows).sort((x, y) => x - y),
          );
        }
      }),
    );
  });
});
