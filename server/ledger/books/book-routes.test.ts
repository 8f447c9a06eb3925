import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import { isRecord } from '../../http/json-schema.ts';
import { useTestApi } from '../../http/testing/test-api.ts';
import { assertBooks } from '../testing/assert-books.ts';
import { BOOK_STORY, CASH, CLEARING, DEPOSIT, PROGRAM_FUND } from '../testing/book-story.ts';
import { storeBooks } from '../testing/stored-books.ts';

const bodyOf = (text: string): Record<string, unknown> => {
  const body: unknown = JSON.parse(text);
  assert.ok(isRecord(body), text);
  return body;
};
const dataOf = ({ data }: Record<string, unknown>): Record<string, unknown>[] => {
  assert.ok(Array.isArray(data));
  return data.filter(isRecord);
};

describe('the books for auditors', () => {
  const test = useTestApi();
  let auditor = '';
  let platform = '';
  before(async () => {
    const { api } = test;
    auditor = await api.addOperatorKey('opr_auditor', ['ledger:read']);
    platform = (await api.addPlatform('plt_a')).token;
    await storeBooks(api.services.database.db, BOOK_STORY);
    api.clock.set(BOOK_STORY.at(-1)?.[1] ?? 0);
  });
  afterEach(() => assertBooks(test.api.services));

  const get = async (path: string, token = auditor) => test.api.call('get', path, token);
  /** Follows the cursors to the end. */
  const all = async (path: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let cursor: unknown = ''; typeof cursor === 'string';) {
      const { status, text } = await get(
        `${path}${path.includes('?') ? '&' : '?'}limit=3${cursor && `&cursor=${cursor}`}`,
      );
      assert.equal(status, 200, text);
      const page = bodyOf(text);
      ids.push(...dataOf(page).map(({ id, account }) => String(account ?? id)));
      cursor = page['nextCursor'];
    }
    return ids;
  };

  it('are for operators with the scope only', async () => {
    const lacking = await test.api.addOperatorKey('opr_other', ['payouts:read']);
    for (const path of ['accounts', `accounts/${CASH}`, 'transfers', 'transfers.csv', 'trial-balance']) {
      assert.equal((await get(`/v1/ledger/${path}`, platform)).status, 403, path);
      assert.equal((await get(`/v1/ledger/${path}`, lacking)).status, 403, path);
      assert.equal((await get(`/v1/ledger/${path}`)).status, 200, path);
    }
  });

  it('show an account with its place in the chart', async () => {
    const { status, text } = await get(`/v1/ledger/accounts/${encodeURIComponent(DEPOSIT)}`);
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), {
      id: DEPOSIT,
      name: 'Prepaid premium of a platform',
      currency: 'CNY',
      normal: 'credit',
      limit: 'debits_within_credits',
      balance: 86_000,
      debitsPosted: 34_000,
      creditsPosted: 120_000,
      debitsPending: 9_000,
      creditsPending: 0,
      transferCount: 8,
      transfersUrl: `/v1/ledger/transfers?account=${encodeURIComponent(DEPOSIT)}`,
    });
    const unknown = await get('/v1/ledger/accounts/policy:nobody:receivable:CNY');
    assert.equal(unknown.status, 404);
    assert.match(unknown.text, /account_not_found/);
  });

  it('list accounts by prefix, page by page', async () => {
    const ids = await all('/v1/ledger/accounts');
    assert.deepEqual(ids, [...ids].sort());
    assert.equal(ids.length, 10);
    assert.deepEqual(await all('/v1/ledger/accounts?prefix=program:'), ['program:prg_1:claims_pool:CNY', PROGRAM_FUND]);
  });

  it('list transfers by each filter, page by page, each once', async () => {
    const ids = BOOK_STORY.map(([{ id }]) => id).sort();
    const latestFirst = [...ids].reverse();
    assert.deepEqual(await all('/v1/ledger/transfers'), latestFirst);
    // An account's own as they were booked, the latest first.
    const of = (account: string) =>
      BOOK_STORY.flatMap(([each]) =>
        'debit' in each && [each.debit, each.credit].includes(account) ? [each.id] : [],
      ).reverse();
    assert.deepEqual(await all(`/v1/ledger/transfers?account=${CLEARING}`), of(CLEARING));
    assert.deepEqual(await all('/v1/ledger/transfers?kind=clearing_settled'), ['top:1:settled', 'gift:1:settled']);
    assert.deepEqual(await all('/v1/ledger/transfers?resolves=pay:1'), ['pay:1:post']);
    assert.deepEqual(await all('/v1/ledger/transfers?togetherWith=pay:1'), ['pay:1']);
    assert.deepEqual(await all('/v1/ledger/transfers?togetherWith=nobody'), []);
    assert.deepEqual(await all('/v1/ledger/transfers?from=2026-03-02&to=2026-03-02'), latestFirst);
    assert.deepEqual(await all('/v1/ledger/transfers?from=2026-03-03'), []);
    assert.deepEqual(await all(`/v1/ledger/transfers?account=${CASH}&kind=payout`), [
      'pay:2:void',
      'pay:1:post',
      'pay:3',
      'pay:2',
      'pay:1',
    ]);
    assert.equal((await get('/v1/ledger/transfers?from=2026-03-03&to=2026-03-02')).status, 400);
    assert.equal((await get('/v1/ledger/transfers?kind=theft')).status, 400);
  });

  it('give the same transfers as CSV, in major units', async () => {
    const { status, text } = await get(`/v1/ledger/transfers.csv?account=${CASH}&kind=payout`);
    assert.equal(status, 200);
    const rows: Record<string, string>[] = parse(text, { columns: true });
    const shown = rows.map(({ id, posted, reserved, released }) => [id, posted, reserved, released].join('|'));
    assert.deepEqual(shown, [
      'pay:1||50.00|',
      'pay:2||70.00|',
      'pay:3||90.00|',
      'pay:1:post|40.00||50.00',
      'pay:2:void|||70.00',
    ]);
    const yen = await get('/v1/ledger/transfers.csv?account=platform:plt_a:deposit:JPY');
    assert.match(yen.text, /2026-03-02,2026-03-02T12:02:00\.000Z,open:jpy,.*,JPY,3000,,,,story=open:jpy/);
  });

  it('balance, also as of an instant before the last transfers', async () => {
    const { text } = await get('/v1/ledger/trial-balance?limit=100');
    const { totals } = bodyOf(text);
    assert.deepEqual(totals, [
      { currency: 'CNY', debitsPosted: 256_000, creditsPosted: 256_000, debitsPending: 9_000, creditsPending: 9_000 },
      { currency: 'JPY', debitsPosted: 3_000, creditsPosted: 3_000, debitsPending: 0, creditsPending: 0 },
    ]);
    const early = await get('/v1/ledger/trial-balance?asOf=2026-03-02T12:01:00Z&currency=CNY');
    const lines = dataOf(bodyOf(early.text));
    assert.deepEqual(
      lines.map(({ account, balance }) => [account, balance]),
      [
        [CASH, 50_000],
        [DEPOSIT, -100_000],
        ['world:opening:CNY', 50_000],
      ],
    );
    assert.deepEqual(await all('/v1/ledger/trial-balance'), await all('/v1/ledger/accounts'));
  });
});
