import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import request from 'supertest';
import type { ActorOf } from '../actor.ts';
import { createApp } from '../app.ts';
import { toLong } from '../database/longs.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { fixedAuthenticator } from '../http/testing/bare-services.ts';
import type { OpenServices } from '../open-services.ts';
import { exportStatement } from './export-statement.ts';
import { listStatements } from './list-statements.ts';
import { allStatementLines, readStatement, readStatementLines } from './read-statement.ts';
import { renderStatementLine } from './render-statement.ts';
import { statementRoutes } from './statement-routes.ts';
import { openWorkday, PLATFORM } from './testing/workday.ts';

const platform = (platformId: string): ActorOf<'platform'> => ({
  kind: 'platform',
  platformId,
  keyId: 'key_1',
  scopes: new Set(['statements:read']),
  sources: [],
});
const OURS = platform(PLATFORM);
const THEIRS = platform('plt_other');
const OPERATOR: ActorOf<'operator'> = { kind: 'operator', operatorId: 'opr_1', scopes: new Set(['statements:read']) };

describe('statements, read', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  before(async () => {
    ({ services } = await openWorkday(database));
    for (const [index, day] of ['2026-03-01', '2026-03-02', '2026-03-03'].entries()) {
      await insertStatement(`stm_${index}`, PLATFORM, day, index === 1 ? 1_203 : 2);
    }
    await insertStatement('stm_9', 'plt_other', '2026-03-02', 1);
  });

  async function insertStatement(
    _id: string,
    platformId: string,
    productDay: string,
    lineCount: number,
  ): Promise<void> {
    const lines = Array.from({ length: lineCount }, (_, i) => ({
      _id: `${productDay}.${_id}.${String(i).padStart(4, '0')}:1`,
      statementId: _id,
      coverId: `${productDay}.${_id}.${String(i).padStart(4, '0')}`,
      revision: 1,
      kind: i === 0 ? 'credit' : 'charge',
      workerId: `wrk_${i}`,
      quantity: 1,
      amount: toLong(i === 0 ? -300 : 300),
      currency: 'CNY',
      eventIds: [`${platformId}/src/${i}`],
      reasons: ['first_charge'],
    }));
    const db = services.database.db;
    await db.collection<{ _id: string }>('statement_lines').insertMany(lines);
    await db.collection<{ _id: string }>('statements').insertOne(
      Object.assign(
        { _id },
        {
          closeKey: `close:pol_day:${productDay}:${_id}`,
          policyId: 'pol_day',
          platformId,
          productDay,
          issuedAt: new Date(0),
          lineCount,
          coverCount: lineCount,
          total: { amount: toLong((lineCount - 2) * 300), currency: 'CNY' },
          cutOffAt: new Date(0),
        },
      ),
    );
    await db
      .collection<{ _id: string }>('workers')
      .updateOne({ _id: 'wrk_1' }, { $set: { externalId: '=cmd()', platformId: PLATFORM } }, { upsert: true });
  }

  const ids = async (query: Partial<Parameters<typeof listStatements>[1]>) =>
    (await listStatements(services, { actor: OURS, limit: 100, ...query })).map(({ _id }) => _id).join();

  it('lists a platform its own statements only, newest day first, filtered', async () => {
    assert.equal(await ids({}), 'stm_2,stm_1,stm_0');
    assert.equal(await ids({ actor: THEIRS }), 'stm_9');
    assert.equal(await ids({ actor: OPERATOR }), 'stm_2,stm_9,stm_1,stm_0');
    assert.equal(await ids({ from: '2026-03-02' }), 'stm_2,stm_1');
    assert.equal(await ids({ to: '2026-03-02' }), 'stm_1,stm_0');
    assert.equal(await ids({ from: '2026-03-02', to: '2026-03-02' }), 'stm_1');
    assert.equal(await ids({ policyId: 'pol_hour' }), '');
  });

  it('pages: one more than asked for, and on after the last', async () => {
    assert.equal(await ids({ limit: 1 }), 'stm_2,stm_1');
    assert.equal(await ids({ limit: 1, after: ['2026-03-03', 'stm_2'] }), 'stm_1,stm_0');
  });

  it("answers another platform's statement like an unknown one", async () => {
    await assert.rejects(readStatement(services, { actor: OURS, statementId: 'stm_9' }), {
      code: 'statement_not_found',
    });
    await assert.rejects(exportStatement(services, { actor: OURS, statementId: 'stm_9' }), { kind: 'not_found' });
    assert.equal((await readStatement(services, { actor: OPERATOR, statementId: 'stm_9' }))._id, 'stm_9');
  });

  it('gives lines page by page, each with the way to its cover and events', async () => {
    const statement = await readStatement(services, { actor: OURS, statementId: 'stm_1' });
    const page = await readStatementLines(services, { statement, limit: 2 });
    assert.equal(page.length, 3);
    const next = await readStatementLines(services, { statement, limit: 2, afterLineId: page[1]?._id });
    assert.equal(next[0]?._id, page[2]?._id);
    const [, line] = page.map(renderStatementLine);
    assert.equal(line?.externalId, '=cmd()');
    assert.equal(line.coverUrl, `/v1/covers/${encodeURIComponent(line.coverId)}`);
    assert.deepEqual(line.events, [{ id: `${PLATFORM}/src/1`, url: `/v1/shift-events/${PLATFORM}%2Fsrc%2F1` }]);
    let count = 0;
    for await (const batch of allStatementLines(services, statement, 100)) count += batch.length;
    assert.equal(count, 1_203);
  });

  it('exports all lines as CSV in chunks; no cell runs as a formula, amounts stay numbers', async () => {
    const { chunks } = await exportStatement(services, { actor: OURS, statementId: 'stm_1' });
    const texts: string[] = [];
    for await (const chunk of chunks) texts.push(chunk);
    assert.equal(texts.length, 4);
    const rows: Record<string, string>[] = parse(texts.join(''), { columns: true });
    assert.equal(rows.length, 1_203);
    assert.equal(rows[0]?.['amount_minor'], '-300');
    assert.equal(rows[1]?.['external_id'], "'=cmd()");
    assert.equal(rows[1]?.['event_ids'], `${PLATFORM}/src/1`);
  });

  describe('over HTTP', () => {
    const get = (path: string, token = 'ours') =>
      request(
        createApp(services, statementRoutes, { authenticator: fixedAuthenticator({ ours: OURS, theirs: THEIRS }) }),
      )
        .get(path)
        .set('Authorization', `Bearer ${token}`);

    it('answers pages whose cursors lead on', async () => {
      const first = await get('/v1/statements?limit=2').expect(200);
      assert.deepEqual(idsIn(first.text), ['stm_2', 'stm_1']);
      const cursor = /"nextCursor":"([^"]+)"/.exec(first.text)?.[1] ?? '';
      const second = await get(`/v1/statements?limit=2&cursor=${cursor}`).expect(200);
      assert.deepEqual(idsIn(second.text), ['stm_0']);
      assert.match(String(first.headers['link']), /rel="next"/);
    });

    it('answers a statement with a page of lines', async () => {
      const { text, headers } = await get('/v1/statements/stm_1?limit=100').expect(200);
      assert.equal(text.split('"coverUrl"').length - 1, 100);
      assert.match(text, /^\{"statement":\{"id":"stm_1".*"lineCount":1203/);
      assert.match(String(headers['link']), /cursor=/);
    });

    it('streams the CSV, not taking its name for an id', async () => {
      const { text, headers } = await get('/v1/statements/stm_1.csv')
        .expect(200)
        .expect('Content-Type', /text\/csv/);
      assert.equal(text.trimEnd().split('\r\n').length, 1_204);
      assert.match(String(headers['content-disposition']), /statement-2026-03-02-stm_1\.csv/);
    });

    for (const [path, code] of [
      ['/v1/statements/stm_9', 'statement_not_found'],
      ['/v1/statements/stm_9.csv', 'statement_not_found'],
      ['/v1/statements/stm_none', 'statement_not_found'],
      ['/v1/statements?cursor=WzFd', 'cursor_invalid'],
      ['/v1/statements?from=2026-03-02&to=2026-03-01', 'invalid_query'],
      ['/v1/statements?from=yesterday', 'invalid_query'],
    ] as const) {
      it(`${path}: ${code}`, async () => {
        const { text } = await get(path);
        assert.match(text, new RegExp(`"code":"${code}"`));
      });
    }
  });
});

const idsIn = (text: string): (string | undefined)[] => [...text.matchAll(/"id":"(stm_[^"]+)"/g)].map(([, id]) => id);
