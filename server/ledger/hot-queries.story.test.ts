import assert from 'node:assert/strict';
import { EMPTY_ACCOUNT } from '../../programs/ledger/check-books.ts';
import type { Clock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { auditAccountsSince } from './books/audit-accounts.ts';
import { listTransfers, transferKey } from './books/list-transfers.ts';
import { viewOf } from './books/read-ledger.ts';
import { expirePending } from './expire-pending.ts';
import { openModels } from '../database/models.ts';
import { assertBooks } from './testing/assert-books.ts';
import { CASH, end, LEDGER_NOW, move, openTestLedger, reserve, spend, word } from './testing/open-test-ledger.ts';
import type { Ledger, LedgerUnit } from './ledger.ts';

/** An operation as the server's profiler saw it. */
interface OperationSeen {
  readonly ns: string;
  readonly op: string;
  readonly docsExamined?: number;
  readonly keysExamined?: number;
  readonly nreturned?: number;
  readonly planSummary?: string;
  readonly command: Readonly<Record<string, unknown>>;
}

const STORED = 400;

describe('what a flush of the ledger reads', () => {
  const database = useTestDatabase();
  let ledger: Ledger;
  let clock: Clock;
  const commitAll = (units: readonly LedgerUnit[]) => Promise.all(units.map((unit) => ledger.commit(unit)));
  const document = (id: string) => ({ kind: 'insert' as const, collection: 'things', document: { _id: id, n: 0 } });
  const ids = (name: string, count = 20) => Array.from({ length: count }, (_, i) => `${name}${i}`);

  before(async () => {
    ({ ledger, clock } = openTestLedger(database));
    await database.db.createCollection('things');
    await ledger.commit({ id: 'gift', transfers: [move('gift', 1_000_000)] });
    await commitAll(
      ids('old', STORED).map((id) => ({ id, transfers: [reserve(id, 1, LEDGER_NOW + 1)], writes: [document(id)] })),
    );
    await commitAll(ids('no', 50).map((id) => ({ id, transfers: [spend(id, 5_000_000)] })));
  });

  afterEach(() => assertBooks({ database, clock }));

  /** Documents that the server looked at while that was done; every operation by an index. */
  async function examined(work: () => Promise<unknown>): Promise<number> {
    const profile = database.db.collection<OperationSeen>('system.profile');
    await profile.drop();
    await database.db.command({ profile: 2 });
    try {
      await work();
      await ledger.drain();
    } finally {
      await database.db.command({ profile: 0 });
    }
    const seen = (await profile.find().toArray()).filter(({ ns }) => !ns.endsWith('system.profile'));
    assert.ok(seen.length > 0);
    for (const { op, ns, planSummary = '', command } of seen) {
      assert.doesNotMatch(planSummary, /COLLSCAN/, `${op} ${ns}: ${JSON.stringify(command).slice(0, 500)}`);
    }
    return seen.reduce((sum, { docsExamined = 0 }) => sum + docsExamined, 0);
  }

  it('new reservations: their accounts, whatever else is stored', async () => {
    const units = ids('new').map((id) => ({ id, transfers: [reserve(id, 1)], writes: [document(id)] }));
    // Twice the two accounts, to read and to write them.
    assert.ok((await examined(() => commitAll(units))) <= 4);
  });

  it('repetitions and refusals: each once', async () => {
    const units = ids('old').map((id) => ({ id, transfers: [reserve(id, 1, LEDGER_NOW + 1)], writes: [document(id)] }));
    const again = ids('no').map((id) => ({ id, transfers: [spend(id, 5_000_000)] }));
    // The accounts; of each repetition the document; of each refusal what was said. That tells that not all of it is new,
    // and it is read again, with the transfers.
    assert.ok((await examined(() => commitAll([...units, ...again]))) <= 4 + 3 * units.length + 2 * again.length);
  });

  it('posts and guarded updates: the reservation, its accounts, the document', async () => {
    const units = ids('old').map((id) => ({
      id: `${id}:post`,
      transfers: [end(`${id}:post`, id)],
      writes: [{ kind: 'update' as const, collection: 'things', id, guard: { n: 0 }, update: { $inc: { n: 1 } } }],
    }));
    // Reservation; document to read and to write; expiry to remove; the accounts.
    assert.ok((await examined(() => commitAll(units))) <= 4 + 4 * units.length);
    assert.equal(word(await ledger.commit({ id: 'x', transfers: [end('x', 'old1')] })), 'already_resolved');
  });

  it('a page of an account, and what is new in it: that alone', async () => {
    const account = CASH;
    const booked = (id: string, effectiveOn: string) => move(id, 1, { debit: account, effectiveOn });
    await commitAll(ids('cash', 100).map((id, i) => ({ id, transfers: [booked(id, `2026-03-${10 + (i % 5)}`)] })));
    const page = { account, from: '2026-03-11', to: '2026-03-13', limit: 9 };
    const first = await listTransfers({ database }, page);
    assert.equal(first.length, 10);
    assert.ok((await examined(() => listTransfers({ database }, page))) <= 12);
    const last = first[8];
    assert.ok(last);
    const after = transferKey(last, account);
    const rest = await listTransfers({ database }, { ...page, after });
    assert.equal(rest[0]?._id, first[9]?._id);
    assert.ok((await examined(() => listTransfers({ database }, { ...page, after }))) <= 12);
    const since = new Map([[account, { ...EMPTY_ACCOUNT, debitsPosted: 90, seq: 90 }]]);
    const walk = () => auditAccountsSince(viewOf(database.db), [account], since);
    assert.deepEqual(
      (await walk()).map(({ transferCount, breaches }) => [transferCount, breaches]),
      [[10, []]],
    );
    assert.ok((await examined(walk)) <= 11);
  });

  it('the sweep of what is over: that alone', async () => {
    const services = { ...openTestLedger(database), models: openModels(database.connection) };
    services.clock.set(LEDGER_NOW + 1);
    const log = { error: () => undefined };
    const open = STORED - 20;
    const count = await examined(async () => {
      const swept = await expirePending({ ...services, log } as never, LEDGER_NOW + 1);
      assert.deepEqual(swept, { expired: open, overtaken: 0, failed: 0 });
    });
    // Expiry to find and to remove, reservation twice; the accounts of each flush.
    assert.ok(count <= 4 * open + 60, `${count} documents`);
  });
});
