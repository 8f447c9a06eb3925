import assert from 'node:assert/strict';
import { closeDueDays } from '../billing/close-due-days.ts';
import { at, items, openDoor } from '../covers/testing/open-door.ts';
import { local, openShifts } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { routes } from '../http/routes.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { OPERATOR, type World } from '../platforms/testing/open-world.ts';
import type { IncomingEvent, IntakeResult } from './shift-intake.ts';

const WORKERS = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8'];
/** Days before the one that is looked at. */
const DAYS = Array.from({ length: 10 }, (_, i) => `2026-02-${String(i + 10)}`);
const TODAY = '2026-02-20';

/** A read as the server's profiler saw it. */
interface ReadSeen {
  readonly ns: string;
  readonly op: string;
  readonly command: Readonly<Record<string, unknown>>;
  readonly docsExamined?: number;
  readonly nreturned?: number;
  readonly hasSortStage?: boolean;
  readonly planSummary?: string;
}

describe('queries that many wait for', () => {
  const database = useTestDatabase();
  let world: World;
  let door: Awaited<ReturnType<typeof openDoor>>;

  /** Shift ids are the same every day, as some platforms have them. */
  const start = (worker: string, day: string, platform = 'a'): IncomingEvent => ({
    source: `https://${platform}.example/shifts`,
    id: `${worker}-${day}`,
    type: 'shift.started',
    time: local('18:00', day),
    data: { workerId: worker, shiftId: `shift-${worker}`, occupationClass: 'rider', territory: 'CN' },
  });
  const submit = (events: readonly IncomingEvent[], platform = 'a'): Promise<readonly IntakeResult[]> =>
    world.services.intake.submit(events, { platformId: `plt_${platform}`, via: 'api' });

  before(async () => {
    world = await openShifts(database);
    for (const day of DAYS) {
      world.clock.set(local('18:01', day));
      for (const platform of ['a', 'b']) {
        const results = await submit(
          WORKERS.map((worker) => start(worker, day, platform)),
          platform,
        );
        assert.ok(results.every((result) => result.status === 'accepted' && result.decision.outcome === 'covered'));
      }
    }
    await world.services.intake.drain();
    world.clock.set(local('18:01', TODAY));
    door = await openDoor(world, routes);
    await world.services.policies.revisionsOf('plt_a');
  });

  /** What the server read while that was done, without what reading costs the profiler itself. */
  async function readsOf(work: () => Promise<unknown>): Promise<readonly ReadSeen[]> {
    const profile = database.db.collection<ReadSeen>('system.profile');
    await profile.drop();
    await database.db.command({ profile: 2 });
    try {
      await work();
      await world.services.intake.drain();
    } finally {
      await database.db.command({ profile: 0 });
    }
    const seen = await profile.find({ op: { $in: ['query', 'command', 'getmore'] } }).toArray();
    // A policy has a handful of revisions: to look at all of them is nothing.
    const left = /\.(system\.profile|policy_revisions)$/;
    return seen.filter(({ ns, docsExamined }) => !left.test(ns) && docsExamined !== undefined);
  }

  /** Groupings and joins return less than they look at: for them `examinedMax` tells how much they may look at. */
  function assertLean(reads: readonly ReadSeen[], examinedMax: Readonly<Record<string, number>> = {}): void {
    assert.ok(reads.length > 0, 'something is read');
    for (const { ns, op, command, docsExamined = 0, nreturned = 0, planSummary, hasSortStage } of reads) {
      const collection = ns.slice(ns.indexOf('.') + 1);
      const grouped = /"\$(group|lookup)"/.test(JSON.stringify(command));
      const allowed = (grouped ? examinedMax[collection] : undefined) ?? nreturned;
      const what = `${op} on ${collection} examines ${docsExamined} for ${nreturned} (${planSummary})`;
      assert.ok(docsExamined <= allowed, `${what}: ${JSON.stringify(command).slice(0, 600)}`);
      assert.doesNotMatch(planSummary ?? '', /COLLSCAN/, what);
      if (!grouped) assert.ok(!hasSortStage, `${what}, and sorts in memory`);
    }
  }

  const get = (path: string) => readsOf(() => door.get(path));

  it('a flush of first starts', async () => {
    const reads = await readsOf(() => submit(WORKERS.slice(0, 4).map((worker) => start(worker, TODAY))));
    assertLean(reads);
    // Yesterday's starts and the registrations, in one query; of the days before, nothing.
    assert.ok(reads.reduce((sum, { nreturned = 0 }) => sum + nreturned, 0) <= 12, JSON.stringify(reads).slice(0, 500));
  });

  it('a flush of ends and later starts', async () => {
    const later = WORKERS.slice(0, 4).flatMap((worker): IncomingEvent[] => [
      { ...start(worker, TODAY), id: `${worker}-end`, type: 'shift.ended', time: local('18:01', TODAY) },
      { ...start(worker, TODAY), id: `${worker}-again`, time: local('18:01', TODAY) },
    ]);
    assertLean(await readsOf(() => submit(later)));
  });

  it('a batch of many times, in one query of few clauses', async () => {
    const batch = Array.from({ length: 40 }, (_, i) => ({
      ...start(`n${i}`, TODAY),
      time: local('17:30', TODAY) + i * 1_001,
    }));
    const reads = await readsOf(() => submit(batch));
    assertLean(reads);
    for (const { command } of reads) assert.ok(JSON.stringify(command).split('"time":').length <= 5);
  });

  it('a replay', async () => {
    const replayed = WORKERS.map((worker) => start(worker, '2026-02-15'));
    assertLean(
      await readsOf(async () => {
        const results = await submit(replayed);
        assert.ok(results.every(({ status }) => status === 'replayed'));
      }),
    );
  });

  it('a worker, the verdict, his days, a cover and its certificate', async () => {
    const time = encodeURIComponent('2026-02-15T12:00:00Z');
    assertLean(await get(`/v1/workers/w1/cover?at=${time}`));
    assertLean(await get('/v1/workers/w1'));
    assertLean(await get('/v1/workers/w1/covers?from=2026-02-12&to=2026-02-14'));
    const [cover] = items((await door.get('/v1/workers/w1/covers?from=2026-02-12&to=2026-02-12')).body, 'data');
    const coverId = String(at(cover, 'coverId'));
    assertLean(await get(`/v1/covers/${coverId}`));
    const { body } = await door.get(`/v1/covers/${coverId}/certificate`);
    assertLean(await get(`/v1/covers/${coverId}/certificate`));
    assertLean(await get(`/v1/certificates/${String(at(body, 'code'))}`));
  });

  it('the close of a day', async () => {
    world.clock.set(local('18:00', '2026-02-24'));
    const closeAll = () => closeDueDays(world.services, { actor: OPERATOR, now: world.clock.now() });
    const events = await world.services.models.shiftEvents.countDocuments({});
    // The first run finds the days, groups each day's events by worker, and counts a statement's lines by carrier; the
    // ledger reads the period and four accounts in one go.
    const reads = await readsOf(async () => assert.equal((await closeAll()).issued, 21));
    assertLean(reads, { shift_events: events, bordereau_lines: 44, '$cmd.aggregate': 5 });
    const ofDay = reads.filter(({ command }) => JSON.stringify(command).includes('"decision.cover.workerId"'));
    assert.equal(ofDay.length, 21);
    // Eight starts on most days; on the last, four workers with three events each and forty with one.
    for (const { docsExamined = 0 } of ofDay) assert.ok(docsExamined <= 52, `${docsExamined} events of one day`);
    assert.equal((await closeAll()).issued, 0);
    await assertBooks(world.services);
  });

  it('listings, page by page', async () => {
    for (const path of ['/v1/workers?limit=3', '/v1/workers?limit=3&externalId=w', '/v1/statements?limit=3']) {
      const cursor = String(at((await door.get(path)).body, 'nextCursor'));
      assertLean(await get(path));
      assertLean(await get(`${path}&cursor=${cursor}`));
    }
    const [statement] = items((await door.get('/v1/statements?limit=1')).body, 'data');
    const id = String(at(statement, 'id'));
    assertLean(await get(`/v1/statements/${id}`));
    assertLean(await get(`/v1/statements/${id}.csv`));
    assertLean(await get('/v1/reports/gaps?from=2026-02-12&to=2026-02-14&kind=not_covered'));
  });
});
