import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { platformActor, refusalOf, type World } from '../platforms/testing/open-world.ts';
import { coverRoutes } from './cover-routes.ts';
import { explainCovers } from './explain-covers.ts';
import { at, cursorOf, items, openDoor, pick } from './testing/open-door.ts';
import { DAY, local, openShifts, report } from './testing/open-shifts.ts';

describe('covers over HTTP', () => {
  const database = useTestDatabase();
  let world: World;
  let door: Awaited<ReturnType<typeof openDoor>>;
  before(async () => {
    world = await openShifts(database);
    door = await openDoor(world, coverRoutes);
  });

  const WINDOW = { from: '2026-03-01T10:00:00.000Z', to: '2026-03-01T17:30:00.000Z' };

  it('answers the documented verdict, with asKnownAt too', async () => {
    await report(world, { worker: 'w1', at: local('18:00') });
    world.clock.set(local('20:00'));
    const both = await door.get(`/v1/workers/w1/cover?at=${DAY}T19:00:00%2B08:00`);
    assert.deepEqual(pick(both.body, 'covered', 'asKnownThen.covered', 'asKnownNow.covered'), [true, true, true]);
    assert.deepEqual(at(both.body, 'asKnownNow.covers.0.window.from'), WINDOW.from);
    const known = await door.get(`/v1/workers/w1/cover?at=${DAY}T19:00:00%2B08:00&asKnownAt=${DAY}T09:00:00Z`);
    assert.deepEqual(pick(known.body, 'covered', 'asKnown.covered', 'asKnownNow'), [false, false, undefined]);
    for (const [query, status, code] of [
      ['at=2026-03-01T19:00:00', 400, 'invalid_query'],
      ['at=2030-01-01T00:00:00Z', 422, 'at_in_future'],
      ['asKnownAt=2030-01-01T00:00:00Z', 422, 'at_in_future'],
    ] as const) {
      assert.equal(at((await door.get(`/v1/workers/w1/cover?${query}`, status)).body, 'code'), code);
    }
    const paths = ['type', 'title', 'status', 'detail', 'code', 'errors'];
    const unknown = await door.get('/v1/workers/nobody/cover', 404);
    const foreign = await door.get('/v1/workers/w1/cover', 404, door.keys.b);
    assert.deepEqual(pick(unknown.body, ...paths), pick(foreign.body, ...paths));
  });

  it('lists covers by product day, page by page, also one whose document a crash lost', async () => {
    const days = ['2026-02-25', '2026-02-27', '2026-02-28', DAY];
    for (const day of days) await report(world, { worker: 'w2', shift: `s-${day}`, at: local('18:00', day) });
    const lost = await world.services.models.covers.findOneAndDelete({ productDay: '2026-02-27' }).lean();
    world.clock.set(local('20:00'));
    const listed: unknown[] = [];
    const first = '/v1/workers/w2/covers?from=2026-01-01&to=2026-03-01&limit=2';
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { body } = await door.get(cursor === '' ? first : `${first}&cursor=${cursor}`);
      const page = items(body, 'data');
      assert.ok(page.length <= 2 && listed.length < 9);
      for (const cover of page)
        assert.deepEqual(pick(cover, 'state', 'charge.amount', 'charge.final'), ['live', 300, true]);
      listed.push(...page.map((cover) => at(cover, 'productDay')));
      cursor = cursorOf(body);
    }
    assert.deepEqual(listed, days);
    for (const [from, to] of [
      ['9999-12-30', '9999-12-31'],
      ['0000-01-01', '0000-01-02'],
    ]) {
      await door.get(`/v1/workers/w2/covers?from=${from}&to=${to}`, 400);
    }
    await door.get(`/v1/covers/${lost?._id.replace('2026-02-27', '9999-12-31')}`, 404);
    await door.get(`/v1/covers/${lost?._id.replace('2026-02-27', '2026-99-99')}`, 404);
    assert.equal(at((await door.get('/v1/workers/w2/cover?at=0001-01-01T00:00:00Z')).body, 'covered'), false);
    const read = await door.get(`/v1/covers/${lost?._id}`);
    assert.equal(at(read.body, 'openedBy'), lost?.openedBy);
    const range = (from: string, to: string): string => `/v1/workers/w2/covers?from=${from}&to=${to}`;
    await door.get(range('2026-01-01', '2026-04-02'));
    for (const wrong of [range('2026-01-01', '2026-04-03'), range('2026-03-02', '2026-03-01')]) {
      assert.equal(at((await door.get(wrong, 400)).body, 'code'), 'range_invalid');
    }
    await door.get(first, 404, door.keys.b);
  });

  it('reads a cover with its shifts and events; not another platform, not a made-up id', async () => {
    const { decision } = await report(world, { worker: 'w3', at: local('18:00') });
    await report(world, { type: 'shift.ended', worker: 'w3', at: local('21:00') });
    const coverId = decision.cover?.coverId ?? '';
    const { body } = await door.get(`/v1/covers/${coverId}`);
    assert.deepEqual(pick(body, 'shifts.0.startedAt', 'shifts.0.endedAt', 'shifts.0.end', 'shifts.1'), [
      '2026-03-01T10:00:00.000Z',
      '2026-03-01T13:00:00.000Z',
      'reported',
      undefined,
    ]);
    assert.deepEqual(at(body, 'windows'), [WINDOW]);
    assert.equal(items(body, 'events').length, 2);
    assert.equal(at(body, 'links.certificate'), `/v1/covers/${coverId}/certificate`);
    for (const [id, key] of [
      [coverId, door.keys.b],
      [coverId.replace(DAY, '2026-02-01'), door.keys.a],
      [`${coverId}x`, door.keys.a],
      ['nonsense', door.keys.a],
    ] as const) {
      assert.equal(at((await door.get(`/v1/covers/${id}`, 404, key)).body, 'code'), 'cover_not_found');
    }
  });

  it('shows a reserved cover without a start as not live (G1)', async () => {
    const { decision, eventId } = await report(world, { worker: 'w4', at: local('18:00') });
    await world.services.intake.drain();
    await world.services.models.shiftEvents.deleteOne({ _id: eventId });
    const { body } = await door.get(`/v1/covers/${decision.cover?.coverId}`);
    assert.deepEqual(pick(body, 'state', 'windows', 'charge.amount'), ['not_live', [], 0]);
  });

  it('explains every day: covered, refused, and without work', async () => {
    await report(world, { worker: 'w5', shift: 'good', at: local('18:00', '2026-02-27') });
    await report(world, { type: 'shift.ended', worker: 'w5', shift: 'good', at: local('21:00', '2026-02-27') });
    await report(world, { worker: 'w5', shift: 'bad', at: local('18:00', '2026-02-28'), occupationClass: 'diver' });
    world.clock.set(local('20:00'));
    const input = { actor: platformActor('plt_a'), workerId: 'w5', from: '2026-02-27', to: DAY };
    const days = await explainCovers(world.services, input);
    assert.deepEqual(
      days.map(({ productDay, covered, events }) => [productDay, covered, events.length]),
      [
        ['2026-02-27', true, 2],
        ['2026-02-28', false, 1],
        [DAY, false, 0],
      ],
    );
    const [covered, refused, idle] = days.map(({ sentences }) => sentences.map(({ en }) => en));
    assert.equal(
      covered?.[0],
      "Covered on 2026-02-27 by Rider's day (pol_a) 2026-02-27 18:00 – 2026-02-28 01:30; charged CNY 3.00.",
    );
    assert.equal(refused?.[0], 'Not covered on 2026-02-28: no start was accepted.');
    assert.match(refused?.[1] ?? '', /^Shift bad at 2026-02-28 18:00 was not covered: .*occupation/);
    assert.deepEqual(days[1]?.reasons, ['occupation_not_covered']);
    assert.deepEqual(idle, ['Not covered on 2026-03-01: no work was reported.']);
    await assert.rejects(
      explainCovers(world.services, { ...input, actor: platformActor('plt_b') }),
      refusalOf('worker_not_found'),
    );
  });
});
