import assert from 'node:assert/strict';
import { local, openShifts } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { World } from '../platforms/testing/open-world.ts';
import { createPlatform } from '../platforms/create-platform.ts';
import { OPERATOR } from '../platforms/testing/open-world.ts';
import type { IncomingEvent, IntakeResult } from './shift-intake.ts';

const DAY_MS = 86_400_000;

describe('what the intake makes of a request, whatever its order', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openShifts(database);
  });
  beforeEach(() => world.clock.set(local('18:00')));

  let count = 0;
  const event = (type: IncomingEvent['type'], worker: string, time: number, fields: Partial<IncomingEvent> = {}) => ({
    source: 'https://a.example/shifts',
    id: `rule-${(count += 1)}`,
    type,
    time,
    data: { workerId: worker, shiftId: `s-${worker}`, occupationClass: 'rider', territory: 'CN' },
    ...fields,
  });
  const submit = (events: readonly IncomingEvent[], platformId = 'plt_a'): Promise<readonly IntakeResult[]> =>
    world.services.intake.submit(events, { platformId, via: 'api' });
  const told = (results: readonly IntakeResult[]): string[] =>
    results.map((result) =>
      'decision' in result
        ? [result.status, result.decision.outcome, ...result.decision.reasons].join(' ')
        : result.refusal.code,
    );

  it('a late start is over when the same request tells its end, before it or after it (G9, G12)', async () => {
    for (const [worker, order] of [
      ['forth', [0, 1]],
      ['back', [1, 0]],
    ] as const) {
      const both = [event('shift.started', worker, local('12:00')), event('shift.ended', worker, local('16:00'))];
      const results = await submit(order.flatMap((at) => both[at] ?? []));
      const start = told(results)[order.indexOf(0)];
      assert.equal(start, 'accepted not_covered late_and_over', worker);
    }
    assert.equal(await world.services.models.covers.countDocuments(), 0);
  });

  it('an end that was refused for its id ends nothing', async () => {
    const taken = event('shift.ended', 'going-on', local('17:59'));
    await submit([{ ...taken, data: { ...taken.data, shiftId: 'another' } }]);
    const start = event('shift.started', 'going-on', local('12:00'));
    const end = { ...event('shift.ended', 'going-on', local('16:00')), id: taken.id };
    assert.deepEqual(told(await submit([start, end])), [
      'accepted covered late_from_receipt age_unknown',
      'event_id_reused',
    ]);
  });

  it('takes what is exactly 35 days old or 5 minutes ahead, and nothing beyond (G16)', async () => {
    const now = local('18:00');
    const at = (ms: number) => event('shift.started', `edge${ms}`, now + ms);
    const ahead = 5 * 60_000;
    const results = await submit([at(-35 * DAY_MS), at(-35 * DAY_MS - 1), at(ahead), at(ahead + 1)]);
    assert.deepEqual(told(results), [
      'accepted not_covered late_and_over',
      'event_too_old',
      'accepted covered age_unknown',
      'event_in_future',
    ]);
  });

  it('tells a replay and a used id as such, however old the event is by now (G3, G16)', async () => {
    await createPlatform(world.services, {
      actor: OPERATOR,
      platformId: 'plt_bare',
      name: 'No policy',
      sources: ['https://bare.example/shifts'],
      mode: 'test',
    });
    for (const platformId of ['plt_a', 'plt_bare']) {
      world.clock.set(local('18:00'));
      const end = event('shift.ended', 'patient', local('17:55'));
      const [first] = await submit([end], platformId);
      world.clock.set(local('18:00') + 36 * DAY_MS);
      const [again] = await submit([end], platformId);
      assert.deepEqual({ ...first, status: 'replayed' }, again, platformId);
      const other = [
        { ...end, time: local('17:55') - DAY_MS * 30 },
        { ...end, time: local('17:55', '2027-01-01') },
      ];
      assert.deepEqual(told(await submit(other, platformId)), ['event_id_reused', 'event_id_reused']);
    }
  });

  it('a dry run knows a used id too', async () => {
    const used = event('shift.started', 'dry', local('17:55'));
    await submit([used]);
    const changed = { ...used, data: { ...used.data, workerId: 'dry-other', shiftId: 'dry-other' } };
    const results = await world.services.intake.dryRun([changed], { platformId: 'plt_a', via: 'api' });
    assert.deepEqual(told(results), ['event_id_reused']);
  });

  it('stores nothing that waited so long that answers about its receipt are final (G19)', async () => {
    const waiting = event('shift.started', 'waits', local('18:00'));
    const results = submit([waiting]);
    world.clock.set(local('18:00') + 15_001);
    assert.deepEqual(told(await results), ['outcome_unknown']);
    assert.equal(await world.services.models.shiftEvents.countDocuments({ eventId: waiting.id }), 0);
    assert.deepEqual(told(await submit([waiting])), ['accepted covered age_unknown']);
  });

  it('takes 200 events of one shift and no more, at a bounded cost', async () => {
    const starts = Array.from({ length: 1_000 }, (_, i) => event('shift.started', 'again', local('17:55') + i));
    const results = told(await submit(starts));
    assert.equal(results.filter((result) => result.startsWith('accepted')).length, 200);
    assert.deepEqual(new Set(results.slice(200)), new Set(['too_many_reports']));
    assert.deepEqual(told(await submit(starts.slice(199, 201))), [
      'replayed already_covered age_unknown shift_already_started',
      'too_many_reports',
    ]);
    const another = event('shift.started', 'again', local('17:59'));
    const next = { ...another, data: { ...another.data, shiftId: 'next' } };
    assert.deepEqual(told(await submit([next])), ['accepted already_covered age_unknown']);
  });
});
