import assert from 'node:assert/strict';
import request from 'supertest';
import { createApp } from '../app.ts';
import type { Actor, Scope } from '../actor.ts';
import { closeThrough } from '../billing/close-through.ts';
import { at, openWorkday, storeEvents, TEST_OPERATOR } from '../billing/testing/workday.ts';
import { bordereauRoutes } from '../bordereaux/bordereau-routes.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { fixedAuthenticator } from '../http/testing/bare-services.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { closeMonths } from '../ledger/testing/close-months.ts';
import type { OpenServices } from '../open-services.ts';
import { settleDueMonths } from './settle-due-months.ts';
import { settlementRoutes } from './settlement-routes.ts';

const operator = (...scopes: Scope[]): Actor => ({ kind: 'operator', operatorId: 'opr_ann', scopes: new Set(scopes) });

describe('bordereaux and settlements over HTTP', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  before(async () => {
    const opened = await openWorkday(database);
    services = opened.services;
    opened.clock.set(at('12:00', '2026-04-05'));
    const days = ['2026-03-02', '2026-03-03', '2026-04-02'];
    for (const policyId of ['pol_day', 'pol_order']) {
      const order = policyId === 'pol_order' && ({ type: 'order.accepted', order: '1' } as const);
      const events = days.flatMap((day) => ['a', 'b', 'c'].map((worker) => ({ worker, day, policyId, ...order })));
      await storeEvents(services, events);
      await closeThrough(services, { actor: TEST_OPERATOR, policyId, through: '2026-04-02' });
    }
    await closeMonths(services, opened.clock, { actor: TEST_OPERATOR, months: ['2026-03'] });
    await settleDueMonths(services, { actor: TEST_OPERATOR });
  });
  afterEach(() => assertBooks(services));
  const authenticator = fixedAuthenticator({ auditor: operator('ledger:read'), other: operator('metrics:read') });
  const get = (path: string, token = 'auditor') =>
    request(createApp(services, [...bordereauRoutes, ...settlementRoutes], { authenticator }))
      .get(path)
      .set('Authorization', `Bearer ${token}`);
  const bordereauOf = async (month: string) => (await services.models.bordereaux.findOne({ month }).lean())?._id ?? '';

  it('lists bordereaux, newest month first, page by page, filtered', async () => {
    const first = await get('/v1/bordereaux?limit=1').expect(200);
    assert.match(first.text, /"month":"2026-04","currency":"CNY","state":"open"/);
    const cursor = /"nextCursor":"([^"]+)"/.exec(first.text)?.[1] ?? '';
    const second = await get(`/v1/bordereaux?limit=1&cursor=${cursor}`).expect(200);
    assert.match(second.text, /"month":"2026-03","currency":"CNY","state":"settled","settlementId":"stl_/);
    assert.match(second.text, /"nextCursor":null/);
    const { text } = await get('/v1/bordereaux?carrierId=car_test&month=2026-03').expect(200);
    assert.equal(text.split('"id"').length - 1, 1);
    assert.match((await get('/v1/bordereaux?carrierId=car_none')).text, /"data":\[\]/);
  });

  it('answers a bordereau with what it comes to, and its lines once each over the pages', async () => {
    const id = await bordereauOf('2026-03');
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await get(`/v1/bordereaux/${id}?limit=5${cursor === undefined ? '' : `&cursor=${cursor}`}`).expect(
        200,
      );
      assert.match(page.text, /"statementCount":4,"lineCount":12,"premium":\{"amount":1806,"currency":"CNY"\}/);
      assert.match(page.text, /"claims":\{"paid":\{"amount":0,"currency":"CNY"\},"outstanding"/);
      seen.push(...[...page.text.matchAll(/"id":"([^"]+:1)"/g)].map(([, line = '']) => line));
      cursor = /"nextCursor":"([^"]+)"/.exec(page.text)?.[1];
    } while (cursor !== undefined);
    const lines = await services.models.bordereauLines.find({ productDay: /^2026-03/ }).lean();
    assert.deepEqual(seen.toSorted(), lines.map(({ _id }) => _id).sort());
  });

  it('streams the CSV, not taking its name for an id', async () => {
    const { text, headers } = await get(`/v1/bordereaux/${await bordereauOf('2026-03')}.csv`)
      .expect(200)
      .expect('Content-Type', /text\/csv/);
    assert.equal(text.trimEnd().split('\r\n').length, 13);
    assert.match(String(headers['content-disposition']), /bordereau-car_test-2026-03-CNY\.csv/);
  });

  it('answers settlements with how they were counted', async () => {
    const list = await get('/v1/settlements?month=2026-03').expect(200);
    assert.match(list.text, /"covers":\{"amount":1806,"currency":"CNY"\}/);
    const id = /stl_\w+/.exec(list.text)?.[0] ?? '';
    const one = await get(`/v1/settlements/${id}`).expect(200);
    assert.match(one.text, /"createdBy":"operator:test","statementCount":4,"lineCount":12/);
    assert.match((await get('/v1/settlements?month=2026-04')).text, /"data":\[\]/);
  });

  for (const [path, code] of [
    ['/v1/bordereaux/brd_none', 'bordereau_not_found'],
    ['/v1/bordereaux/brd_none.csv', 'bordereau_not_found'],
    ['/v1/bordereaux?cursor=WzFd', 'cursor_invalid'],
    ['/v1/bordereaux?month=2026-13', 'invalid_query'],
    ['/v1/settlements/stl_none', 'settlement_not_found'],
    ['/v1/settlements?cursor=W10', 'cursor_invalid'],
  ] as const) {
    it(`${path}: ${code}`, async () => assert.match((await get(path)).text, new RegExp(`"code":"${code}"`)));
  }

  it('shows nothing to a key without the scope', async () => {
    for (const path of ['/v1/bordereaux', '/v1/settlements']) await get(path, 'other').expect(403);
  });
});
