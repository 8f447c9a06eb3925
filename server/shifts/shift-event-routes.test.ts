import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import type Joi from 'joi';
import request from 'supertest';
import { formatInstant } from '../../programs/calendar.ts';
import { createApp } from '../app.ts';
import { at, items, pick } from '../covers/testing/open-door.ts';
import { local, openShifts } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { createKey } from '../platforms/create-key.ts';
import { OPERATOR, type World } from '../platforms/testing/open-world.ts';
import { shiftEventRoutes } from './shift-event-routes.ts';

const ONE = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const NOON = local('12:00');

describe('shift events over HTTP', () => {
  const database = useTestDatabase();
  let world: World;
  let server: Server;
  let key: string;
  before(async () => {
    world = await openShifts(database);
    server = createApp(world.services, shiftEventRoutes);
    ({ secret: key } = await createKey(world.services, {
      actor: OPERATOR,
      owner: { kind: 'platform', platformId: 'plt_a' },
    }));
  });
  beforeEach(async () => {
    world.clock.set(NOON);
    await world.services.intake.drain();
    for (const name of ['shift_events', 'covers', 'workers']) await database.db.collection(name).deleteMany({});
  });

  const event = (id: string, changes: Readonly<Record<string, unknown>> = {}) => ({
    specversion: '1.0',
    source: 'https://a.example/shifts',
    id,
    type: 'com.parasol.shift.started.v1',
    time: '2026-03-01T12:00:00+08:00',
    data: { workerId: `worker-${id}`, shiftId: `shift-${id}`, occupationClass: 'rider', territory: 'CN' },
    ...changes,
  });
  const post = async (type: string, body: unknown, path = '/v1/shift-events') => {
    const sent = request(server).post(path).set('Authorization', `Bearer ${key}`).set('Content-Type', type);
    const answer = await sent.send(JSON.stringify(body));
    const json: unknown = answer.body;
    return { status: answer.status, body: json };
  };
  const stored = () => world.services.models.shiftEvents.countDocuments();
  const assertFits = (schema: Joi.Schema | undefined, body: unknown) =>
    assert.equal(schema?.prefs({ presence: 'required', convert: false }).validate(body).error?.message, undefined);
  const documented = (status: 200 | 207) => shiftEventRoutes[0]?.responses[status]?.schema;

  it('one is decided in the answer, and its replay is answered the same (G2)', async () => {
    const first = await post(ONE, event('one'));
    assert.deepEqual(
      [first.status, ...pick(first.body, 'verdict', 'premium.amount', 'premium.final', 'flags', 'replayed')],
      [200, 'covered', 300, true, ['age_unknown'], false],
    );
    assertFits(documented(200), first.body);
    world.clock.advance(3_600_000);
    const again = await post(ONE, { ...event('one'), traceparent: '00-1-2-03' });
    assert.ok(typeof first.body === 'object' && first.body !== null);
    assert.deepEqual(again, { status: 200, body: { ...first.body, replayed: true } });
    assert.equal(at(again.body, 'receivedAt'), formatInstant(NOON));

    const other = await post(ONE, event('one', { time: '2026-03-01T11:59:59+08:00' }));
    assert.deepEqual([other.status, at(other.body, 'code')], [409, 'event_id_reused']);
    assert.equal(await stored(), 1);

    const path = `/v1/shift-events/${encodeURIComponent(String(at(first.body, 'eventId')))}`;
    const read = await request(server).get(path).set('Authorization', `Bearer ${key}`);
    const body: unknown = read.body;
    assert.deepEqual(pick(body, 'id', 'verdict', 'data.workerId'), ['one', 'covered', 'worker-one']);
  });

  it('of a batch each is answered for itself, in the order sent; sending it all again is safe', async () => {
    await post(ONE, event('before'));
    const batch = [
      event('a'),
      event('b', { time: '2026-03-01T12:00:00' }),
      event('before', { time: '2026-03-01T11:59:00+08:00' }),
      event('a'),
      'nonsense',
      event('c', { source: 'https://b.example/shifts' }),
      event('d', { time: '2026-03-01T12:05:01+08:00' }),
      event('e', { data: { ...event('e').data, territory: 'DE' } }),
    ];
    const answer = await post(BATCH, batch);
    assert.equal(answer.status, 207);
    assertFits(documented(207), answer.body);
    const told = items(answer.body, 'results').map((result) =>
      pick(result, 'index', 'status', 'result.verdict', 'problem.code'),
    );
    assert.deepEqual(told, [
      [0, 200, 'covered', undefined],
      [1, 400, undefined, 'invalid_body'],
      [2, 409, undefined, 'event_id_reused'],
      [3, 200, 'covered', undefined],
      [4, 400, undefined, 'invalid_body'],
      [5, 403, undefined, 'source_not_yours'],
      [6, 422, undefined, 'event_in_future'],
      [7, 200, 'not_covered', undefined],
    ]);
    assert.deepEqual(pick(answer.body, 'accepted', 'replayed', 'rejected'), [2, 1, 5]);
    assert.equal(await stored(), 3);
    assert.equal(await world.services.models.covers.countDocuments(), 2);

    const again = await post(BATCH, batch);
    assert.deepEqual(pick(again.body, 'accepted', 'replayed', 'rejected'), [0, 3, 5]);
    assert.equal(await stored(), 3);
    assert.equal((await post(BATCH, [event('a'), event('f')])).status, 200);
  });

  it('a dry run answers alike and stores nothing', async () => {
    const dry = await post(BATCH, [event('a'), event('b', { type: 'x' })], '/v1/shift-events/dry-run');
    assert.deepEqual(
      items(dry.body, 'results').map((result) => at(result, 'result.verdict')),
      ['covered', undefined],
    );
    await world.services.intake.drain();
    const { shiftEvents, covers, workers } = world.services.models;
    const left = await Promise.all([shiftEvents, covers, workers].map((model) => model.estimatedDocumentCount()));
    assert.deepEqual(left, [0, 0, 0]);
    assert.equal(at((await post(ONE, event('a'))).body, 'replayed'), false);
  });

  it('a batch holds at most 1,000 events, admitted whole or not at all; gzip is taken', async () => {
    const many = Array.from({ length: 1_001 }, (_, i) => event(`n${i}`));
    const refused = await post(BATCH, many);
    assert.deepEqual([refused.status, at(refused.body, 'code')], [413, 'batch_too_large']);
    assert.equal(await stored(), 0);
    const sent = request(server).post('/v1/shift-events').set('Authorization', `Bearer ${key}`);
    sent.set('Content-Type', BATCH).set('Content-Encoding', 'gzip');
    sent.write(gzipSync(JSON.stringify(many.slice(1))));
    const taken = await sent;
    const body: unknown = taken.body;
    assert.deepEqual([taken.status, at(body, 'accepted')], [200, 1_000]);
    assert.equal(await stored(), 1_000);
  });
});
