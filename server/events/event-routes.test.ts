import assert from 'node:assert/strict';
import { at as field, items } from '../covers/testing/open-door.ts';
import { assertLean, profileReads } from '../database/testing/profile-reads.ts';
import { useTestApi } from '../http/testing/test-api.ts';
import { eventRows, type EventAudience } from './event-model.ts';
import { placeEvents } from './place-events.ts';
import { sampleEvent } from './testing/sample-events.ts';

const HOUR_MS = 3_600_000;

interface Page {
  readonly data: readonly unknown[];
  readonly ids: readonly string[];
  readonly about: readonly string[];
  readonly nextCursor: unknown;
}

describe('the event log', () => {
  const test = useTestApi();
  let mine = '';
  let theirs = '';
  let operator = '';
  let startAt = 0;

  before(async () => {
    const { api } = test;
    mine = (await api.addPlatform('plt_mine')).token;
    theirs = (await api.addPlatform('plt_theirs')).token;
    operator = await api.addOperatorKey('opr_1');
    startAt = api.clock.now();
    const audiences: Readonly<Record<string, EventAudience>> = {
      mine: { kind: 'platform', platformId: 'plt_mine' },
      theirs: { kind: 'platform', platformId: 'plt_theirs' },
      ours: { kind: 'operators' },
    };
    // Three hours of ten events each: mine, theirs and ours in turn, every fourth of another type.
    for (let hour = 0; hour < 3; hour++) {
      for (let i = hour * 10; i < hour * 10 + 10; i++) {
        const name = ['mine', 'theirs', 'ours'][i % 3] ?? '';
        const audience = audiences[name] ?? assert.fail();
        const type = i % 4 === 0 ? 'shift.clipped' : 'worker.linked';
        const recordedAt = new Date(api.clock.now());
        await eventRows(api.services).events.insertOne(
          sampleEvent({ aggregateId: `${name}${i}`, audience, type, recordedAt }),
        );
        await placeEvents(api.services, { now: api.clock.now() });
      }
      api.clock.advance(HOUR_MS);
    }
  });

  async function page(token: string, query = ''): Promise<Page> {
    const answer = await test.api.call('get', `/v1/events${query}`, token);
    const body: unknown = answer.body;
    assert.equal(answer.status, 200, answer.text);
    const data = items(body, 'data');
    const texts = (name: string) => data.map((event) => String(field(event, name)));
    return { data, ids: texts('id'), about: texts('aggregateId'), nextCursor: field(body, 'nextCursor') };
  }
  const about = async (token: string, query = '') => (await page(token, query)).about;
  const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());

  it('shows a platform its own, an operator all, or one audience', async () => {
    assert.deepEqual(await about(mine), [
      'mine0',
      'mine3',
      'mine6',
      'mine9',
      'mine12',
      'mine15',
      'mine18',
      'mine21',
      'mine24',
      'mine27',
    ]);
    assert.equal((await about(operator, '?limit=100')).length, 30);
    assert.deepEqual(await about(operator, '?audience=operators&limit=2'), ['ours2', 'ours5']);
    assert.ok((await about(mine, '?audience=platform%3Aplt_theirs')).every((id) => id.startsWith('mine')));
  });

  it('page by page, and on from where one stopped', async () => {
    const first = await page(theirs, '?limit=4');
    const second = await page(theirs, `?limit=4&cursor=${String(first.nextCursor)}`);
    const third = await page(theirs, `?limit=4&cursor=${String(second.nextCursor)}`);
    assert.equal(third.nextCursor, null);
    const all = [first, second, third].flatMap(({ ids }) => ids);
    assert.deepEqual(all, (await page(theirs, '?limit=100')).ids);
    assert.deepEqual(await about(theirs, `?after=${all.at(-1)}`), []);
    assert.deepEqual(await about(theirs, `?after=${all.at(-2)}`), ['theirs28']);
    assert.deepEqual(await about(theirs, '?order=desc&limit=2'), ['theirs28', 'theirs25']);
    assert.deepEqual(await about(theirs, `?order=desc&limit=2&after=${all.at(-2)}`), ['theirs22', 'theirs19']);
  });

  it('by type, aggregate and time', async () => {
    assert.deepEqual(await about(mine, '?type=shift.clipped'), ['mine0', 'mine12', 'mine24']);
    assert.deepEqual(await about(mine, '?aggregateId=mine12'), ['mine12']);
    assert.deepEqual(await about(mine, `?from=${at(startAt + HOUR_MS)}&to=${at(startAt + 2 * HOUR_MS)}`), [
      'mine12',
      'mine15',
      'mine18',
    ]);
    assert.deepEqual(await about(mine, `?from=${at(startAt + 9 * HOUR_MS)}`), []);
    assert.equal((await about(mine, `?to=${at(startAt)}`)).length, 0);
  });

  it("an event of another's answers as an unknown one, by its id and as a cursor", async () => {
    const { ids, data, nextCursor } = await page(theirs, '?limit=1');
    for (const path of [
      `/v1/events/${ids[0]}`,
      '/v1/events/evt_unknown',
      `/v1/events?after=${ids[0]}`,
      `/v1/events?cursor=${String(nextCursor)}`,
    ]) {
      const answer = await test.api.call('get', path, mine);
      assert.equal(answer.status, 404, path);
      assert.equal(field(answer.body, 'code'), 'event_not_found');
    }
    const answer = await test.api.call('get', `/v1/events/${ids[0]}`, theirs);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, data[0]);
  });

  it('examines no more than it shows', async () => {
    const { ids } = await page(mine, '?limit=1');
    const queries = [
      '',
      '?type=shift.clipped',
      '?order=desc',
      `?after=${ids[0]}`,
      `?from=${at(startAt + HOUR_MS)}`,
      `?to=${at(startAt + HOUR_MS)}`,
    ];
    for (const query of queries) {
      assertLean(await profileReads(test.api.services.database, ['events'], () => page(mine, query)));
      assertLean(await profileReads(test.api.services.database, ['events'], () => page(operator, query)));
    }
    assertLean(await profileReads(test.api.services.database, ['events'], () => page(mine, '?aggregateId=mine12')));
  });
});
