import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import { effectOf } from '../../../programs/ledger/check-books.ts';
import type { NewTransfer } from '../../../programs/ledger/transfer.ts';
import { formatMajor } from '../../../programs/money.ts';
import { isRecord } from '../../http/json-schema.ts';
import { useTestApi } from '../../http/testing/test-api.ts';
import { assertBooks } from '../testing/assert-books.ts';
import { BOOK_STORY, CASH, CLEARING, DEPOSIT, PROGRAM_FUND, STORY_START, WORLD } from '../testing/book-story.ts';
import { bookRoutes } from './book-routes.ts';

const DAYS = ['2026-03-03', '2026-03-01', '2026-03-04', '2026-03-02'];
/** The story again, two or three transfers in a unit, on days that go back and forth. */
const UNITS = [2, 3, 2, 2, 1, 2, 2, 2].reduce<NewTransfer[][]>((units, size) => {
  const at = units.flat().length;
  const effectiveOn = DAYS[units.length % DAYS.length] ?? '';
  return [...units, BOOK_STORY.slice(at, at + size).map(([transfer]) => ({ ...transfer, effectiveOn }))];
}, []);
const ALL = UNITS.flat();
const BY_ID = new Map(ALL.map((transfer) => [transfer.id, transfer]));

type Filters = Readonly<Partial<Record<'account' | 'kind' | 'from' | 'to' | 'resolves' | 'togetherWith', string>>>;

/** What a filter asks for, told without a database. */
function isWanted(transfer: NewTransfer, { account, kind, from, to, resolves, togetherWith }: Filters): boolean {
  const moved = 'resolves' in transfer ? BY_ID.get(transfer.resolves) : transfer;
  assert.ok(moved !== undefined && 'debit' in moved);
  const unit = UNITS.find((each) => each.includes(transfer)) ?? [];
  return (
    (account === undefined || moved.debit === account || moved.credit === account) &&
    (kind === undefined || transfer.kind === kind) &&
    (from === undefined || transfer.effectiveOn >= from) &&
    (to === undefined || transfer.effectiveOn <= to) &&
    (resolves === undefined || ('resolves' in transfer && transfer.resolves === resolves)) &&
    (togetherWith === undefined || unit.some(({ id }) => id === togetherWith))
  );
}

const FILTERS: readonly (readonly [filters: Filters, rows: number])[] = [
  [{}, 16],
  [{ account: CASH }, 9],
  [{ account: DEPOSIT }, 8],
  [{ account: CLEARING }, 4],
  [{ account: 'cash:nobody:CNY' }, 0],
  [{ kind: 'payout' }, 5],
  [{ kind: 'clearing_settled' }, 2],
  [{ from: '2026-03-03' }, 7],
  [{ to: '2026-03-01' }, 5],
  [{ from: '2026-03-02', to: '2026-03-03' }, 7],
  [{ from: '2026-03-05' }, 0],
  [{ resolves: 'pay:1' }, 1],
  [{ resolves: 'pay:3' }, 0],
  [{ togetherWith: 'open:jpy' }, 3],
  [{ togetherWith: 'nobody' }, 0],
  [{ account: CASH, kind: 'payout' }, 5],
  [{ account: CASH, from: '2026-03-02', to: '2026-03-03' }, 5],
  [{ account: DEPOSIT, kind: 'payout', to: '2026-03-03' }, 5],
  [{ account: WORLD, togetherWith: 'open:1' }, 2],
  [{ account: CASH, resolves: 'pay:2', kind: 'payout', from: '2026-03-01', to: '2026-03-04' }, 1],
  [{ account: PROGRAM_FUND, kind: 'pool_reserved', togetherWith: 'spent:1' }, 1],
  [{ kind: 'payout', togetherWith: 'gift:1' }, 0],
];

type Sums = Readonly<Record<'posted' | 'reserved' | 'released', string>>;
type Row = Readonly<Record<string, string>>;

/** Exact: every amount of the story has two decimals, or none. */
const toMinor = (major: string): number => Number(major.replace('.', ''));
const isCny = ({ currency }: Readonly<Record<string, unknown>>): boolean => currency === 'CNY';
const sumsOf = (amounts: readonly (readonly [posted: number, reserved: number, released: number])[]): Sums => {
  const sum = (at: 0 | 1 | 2) =>
    formatMajor({ amount: amounts.reduce((total, each) => total + each[at], 0), currency: 'CNY' });
  return { posted: sum(0), reserved: sum(1), released: sum(2) };
};

describe("the ledger's transfers on screen and in a file", () => {
  const test = useTestApi();
  let auditor = '';
  before(async () => {
    const { clock, services } = test.api;
    auditor = await test.api.addOperatorKey('opr_auditor', ['ledger:read']);
    for (const [index, transfers] of UNITS.entries()) {
      clock.set(STORY_START + index * 60_000);
      const { status } = await services.ledger.commit({ id: `unit:${index}`, transfers });
      assert.equal(status, 'committed');
    }
  });
  afterEach(() => assertBooks(test.api.services));

  const read = async (path: string): Promise<string> => {
    const { status, text } = await test.api.call('get', path, auditor);
    assert.equal(status, 200, text);
    return text;
  };

  /** All pages. */
  async function onScreen(query: string): Promise<Record<string, unknown>[]> {
    const shown: Record<string, unknown>[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: unknown = JSON.parse(
        await read(`/v1/ledger/transfers?${query}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`),
      );
      assert.ok(isRecord(page) && Array.isArray(page['data']));
      shown.push(...page['data'].filter(isRecord));
      cursor = typeof page['nextCursor'] === 'string' ? page['nextCursor'] : undefined;
    }
    return shown;
  }

  it('have the filters that are tried here', () => {
    const route = bookRoutes.find(({ path }) => path.endsWith('.csv'));
    const schema: unknown = route?.query?.describe();
    assert.ok(isRecord(schema) && isRecord(schema['keys']));
    const tried = FILTERS.filter(([filters]) => Object.keys(filters).length === 1).flatMap(([filters]) =>
      Object.keys(filters),
    );
    assert.deepEqual([...new Set(tried)], Object.keys(schema['keys']));
  });

  for (const [filters, rows] of FILTERS) {
    const query = new URLSearchParams(Object.entries(filters)).toString();
    it(`are the same, in the other order, and come to the same: ${rows} of ?${query}`, async () => {
      const shown = await onScreen(query);
      const filed: Row[] = parse(await read(`/v1/ledger/transfers.csv?${query}`), { columns: true });
      const ids = filed.map(({ id }) => id);
      assert.equal(ids.length, rows);
      assert.deepEqual(ids, shown.map(({ id }) => id).reverse());
      const wanted = ALL.filter((transfer) => isWanted(transfer, filters)).map(({ id }) => id);
      assert.deepEqual(ids.toSorted(), wanted.toSorted());
      const days = filed.map(({ date = '' }) => date);
      assert.deepEqual(days, days.toSorted());
      assert.deepEqual(
        sumsOf(
          filed
            .filter(isCny)
            .map(({ posted = '', reserved = '', released = '' }) => [
              toMinor(posted),
              toMinor(reserved),
              toMinor(released),
            ]),
        ),
        sumsOf(shown.filter(isCny).map(amountsOf)),
      );
    });
  }
});

/** What a transfer on the screen moves for good, sets apart and sets free. */
function amountsOf({ type, amount, reserved }: Record<string, unknown>): readonly [number, number, number] {
  assert.ok(type === 'posted' || type === 'pending' || type === 'post' || type === 'void' || type === 'expire');
  assert.ok(typeof amount === 'number' && (reserved === undefined || typeof reserved === 'number'));
  const { posted, pending } = effectOf({ type, amount, ...(reserved !== undefined && { reserved }) });
  return [posted, Math.max(0, pending), Math.max(0, -pending)];
}
