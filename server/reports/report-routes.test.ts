import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import { at, cursorOf, items, openDoor, pick } from '../covers/testing/open-door.ts';
import { DAY, local, openShifts, report } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { World } from '../platforms/testing/open-world.ts';
import { reportRoutes } from './report-routes.ts';

describe('the gaps report: work without cover and why, cover without work', () => {
  const database = useTestDatabase();
  let world: World;
  let door: Awaited<ReturnType<typeof openDoor>>;
  before(async () => {
    world = await openShifts(database);
    door = await openDoor(world, reportRoutes);
    await report(world, { worker: 'fine', at: local('18:00') });
    await report(world, { worker: '=diver()', shift: 'd1', at: local('18:00'), occupationClass: 'diver' });
    await report(world, { worker: 'pilot', shift: 'p1', at: local('18:00'), occupationClass: 'pilot' });
    await report(world, { worker: 'early', shift: 'e1', at: local('18:00', '2026-02-27'), occupationClass: 'pilot' });
    await report(world, { worker: 'late', shift: 'l1', at: local('18:00'), receivedAt: local('18:30') });
    await report(world, { worker: 'fine', shift: 'f2', at: local('18:40'), receivedAt: local('19:00') });
    const { eventId } = await report(world, { worker: 'ghost', shift: 'g1', at: local('18:00') });
    await world.services.models.shiftEvents.deleteOne({ _id: eventId });
    await report(world, { worker: 'theirs', at: local('18:00'), platformId: 'plt_b', occupationClass: 'diver' });
    world.clock.set(local('20:00'));
  });

  const url = (rest = '', from = DAY): string => `/v1/reports/gaps?from=${from}&to=${DAY}${rest}`;

  it('tells every gap of the days with its reason, and nothing of another platform', async () => {
    const { body } = await door.get(url());
    assert.deepEqual(
      items(body, 'data').map((gap) => pick(gap, 'kind', 'externalId', 'shiftId', 'reasons.0.name')),
      [
        ['not_covered', '=diver()', 'd1', 'occupation_not_covered'],
        ['not_covered', 'pilot', 'p1', 'occupation_not_covered'],
        ['late_gap', 'late', 'l1', 'late_from_receipt'],
        ['cover_without_work', undefined, undefined, undefined],
      ],
    );
    const late = items(body, 'data')[2];
    assert.deepEqual(pick(late, 'from', 'to'), ['2026-03-01T10:00:00.000Z', '2026-03-01T10:30:00.000Z']);
    const theirs = await door.get(url(), 200, door.keys.b);
    assert.deepEqual(
      items(theirs.body, 'data').map((gap) => at(gap, 'externalId')),
      ['theirs'],
    );
  });

  it('pages through the same gaps, also where several happened at one instant', async () => {
    const whole = items((await door.get(url('&limit=100', '2026-02-01'))).body, 'data');
    assert.equal(whole.length, 5);
    const paged: unknown[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { body } = await door.get(url(`&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`, '2026-02-01'));
      paged.push(...items(body, 'data'));
      assert.ok(paged.length <= whole.length);
      cursor = cursorOf(body);
    }
    assert.deepEqual(paged, whole);
  });

  it('gives one kind alone', async () => {
    const { body } = await door.get(url('&kind=late_gap'));
    assert.deepEqual(
      items(body, 'data').map((gap) => at(gap, 'kind')),
      ['late_gap'],
    );
  });

  it('gives a table in which a spreadsheet runs nothing', async () => {
    const { text, headers } = await door.get(url('&format=csv'));
    assert.match(String(headers['content-type']), /^text\/csv/);
    const rows: Record<string, string>[] = parse(text, { columns: true });
    assert.deepEqual(
      rows.map(({ kind, external_id }) => [kind, external_id]),
      [
        ['not_covered', "'=diver()"],
        ['not_covered', 'pilot'],
        ['late_gap', 'late'],
        ['cover_without_work', ''],
      ],
    );
    assert.ok(rows.every(({ why_en, why_zh }) => why_en && why_zh));
  });

  it('refuses a wrong range and a made-up cursor', async () => {
    assert.equal(at((await door.get(url('', '2026-03-02'), 400)).body, 'code'), 'range_invalid');
    assert.equal(at((await door.get(url('', '2025-11-29'), 400)).body, 'code'), 'range_invalid');
    const forge = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');
    for (const key of [['late_gap', 'x', 1], ['nonsense', '1', 1], ['late_gap', 1, 1], {}]) {
      assert.equal(at((await door.get(url(`&cursor=${forge(key)}`), 400)).body, 'code'), 'cursor_invalid');
    }
    await door.get(url(`&cursor=${forge(['late_gap', '9007199254740991', -5])}`));
  });

  it('reads refused and late starts through their own small indexes', async () => {
    await database.db.command({ profile: 2 });
    await door.get(url());
    await database.db.command({ profile: 0 });
    const reads = await database.db
      .collection('system.profile')
      .find({ op: 'query', ns: /shift_events$/, 'command.filter.platformId': 'plt_a' })
      .toArray();
    assert.deepEqual(
      reads.map((read) => pick(read, 'docsExamined', 'nreturned')),
      [
        [2, 2],
        [2, 2],
      ],
    );
  });
});
