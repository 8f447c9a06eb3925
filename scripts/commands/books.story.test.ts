import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Long } from 'mongodb';
import { publishedKeys } from '../../server/certificates/signing-keys.ts';
import { useTestDatabase } from '../../server/database/testing/test-database.ts';
import { isRecord } from '../../server/http/json-schema.ts';
import { endOfMonth } from '../../server/ledger/books/close-month.ts';
import { SEAL_AFTER_MS, sealBlocks } from '../../server/ledger/books/seal-blocks.ts';
import { assertBooks } from '../../server/ledger/testing/assert-books.ts';
import { BOOK_STORY, CLEARING, DEPOSIT } from '../../server/ledger/testing/book-story.ts';
import { storeBooks } from '../../server/ledger/testing/stored-books.ts';
import { createKey } from '../../server/platforms/create-key.ts';
import { openWorld, OPERATOR, type World } from '../../server/platforms/testing/open-world.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { testCli } from '../testing/test-cli.ts';

describe('books', () => {
  const database = useTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'books-'));
  let world: World;
  let run: ReturnType<typeof testCli>;
  let asAccountant: ReturnType<typeof testCli>;
  before(async () => {
    world = await openWorld(database);
    await storeBooks(database.db, BOOK_STORY);
    world.clock.set(BOOK_STORY[0]?.[1] ?? 0);
    run = testCli(world.services, database);
    const owner = { kind: 'operator', operatorId: 'opr_accountant', mode: 'test' } as const;
    const { secret } = await createKey(world.services, { actor: OPERATOR, owner });
    asAccountant = testCli(world.services, database, { PARASOL_OPERATOR_TOKEN: secret });
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => assertBooks(world.services));

  it('check finds nothing in right books, and names what is wrong with exit 1', async () => {
    const right = await run('books', 'check', '--json');
    assert.deepEqual([right.exit, right.out], [EXIT.ok, '{"breaches":[]}\n']);
    const accounts = database.db.collection<{ _id: string }>('ledger_accounts');
    const spoil = (by: number) =>
      accounts.updateOne({ _id: DEPOSIT }, { $inc: { creditsPosted: Long.fromNumber(by) } });
    await spoil(1);
    const wrong = await run('books', 'check');
    assert.equal(wrong.exit, EXIT.refused);
    assert.match(wrong.out, /^L4 \(debits equal credits\) CNY: .*\nL5 .* platform:plt_a:deposit:CNY: creditsPosted is/);
    const later = await run('books', 'check', '--incremental', '--json');
    assert.deepEqual([later.exit, later.out.includes('"code":"L5"')], [EXIT.refused, true]);
    await spoil(-1);
    assert.equal((await run('books', 'check', '--full')).exit, EXIT.ok);
  });

  it('trial-balance shows every account, and balances', async () => {
    const { out } = await run('books', 'trial-balance', '--currency', 'JPY');
    assert.deepEqual(out.split('\n'), [
      'account                     debits  credits  balance',
      'platform:plt_a:deposit:JPY  0       3000     -3000',
      'world:opening:JPY           3000    0        3000',
      '',
      'JPY: debits 3000, credits 3000',
      'As of 2026-03-02T12:00:00.000Z; a balance above zero stands on the debit side.',
      '',
    ]);
    const csv = await run('books', 'trial-balance', '--as-of', '2026-03-02T20:01:00+08:00', '--csv');
    assert.equal(
      csv.out.split('\r\n')[1],
      'cash:stripe:CNY,"Cash at a payment provider or bank, settled",CNY,500.00,0.00,500.00,',
    );
  });

  it('account shows each transfer with the balance after it', async () => {
    const { out } = await run('books', 'account', CLEARING, '--from', '2026-03-01', '--json');
    const said: unknown = JSON.parse(out);
    assert.match(JSON.stringify(said), /"openingBalance":0/);
    const shown = await run('books', 'account', CLEARING);
    assert.deepEqual(
      shown.out
        .split('\n')
        .slice(4, 10)
        .map((line) => line.trim().split(/\s+/)),
      [
        ['Opening', 'balance', '0.00'],
        ['day', 'kind', 'type', 'id', 'with', 'posted', 'balance'],
        ['2026-03-02', 'deposit_topped_up', 'posted', 'top:1', DEPOSIT, '200.00', '200.00'],
        ['2026-03-02', 'clearing_settled', 'posted', 'top:1:settled', 'cash:stripe:CNY', '-200.00', '0.00'],
        ['2026-03-02', 'donation_received', 'posted', 'gift:1', 'program:prg_1:fund:CNY', '80.00', '80.00'],
        ['2026-03-02', 'clearing_settled', 'posted', 'gift:1:settled', 'cash:stripe:CNY', '-80.00', '0.00'],
      ],
    );
    const later = await run('books', 'account', DEPOSIT, '--from', '2026-03-03');
    assert.match(later.out, /Opening balance 860\.00\nNothing found\.\nClosing balance CNY 860\.00/);
    assert.equal((await run('books', 'account', 'nobody:CNY')).exit, EXIT.refused);
  });

  it('export writes the transfers of some days into a new file', async () => {
    const file = join(folder, 'march.csv');
    const line = ['books', 'export', '--from', '2026-03-01', '--to', '2026-03-31', '--csv', file];
    assert.equal((await run(...line)).exit, EXIT.ok);
    assert.equal(readFileSync(file, 'utf8').trim().split('\r\n').length, BOOK_STORY.length + 1);
    assert.equal((await run(...line)).exit, EXIT.refused, 'nothing is written over');
    const none = await run('books', 'export', '--from', '2026-04-01', '--to', '2026-04-30');
    assert.equal(none.out.trim().split('\r\n').length, 1);
  });

  it('head is signed by a key that is published', async () => {
    assert.match((await run('books', 'head')).out, /No block is sealed yet/);
    world.clock.advance(3_600_000);
    await sealBlocks(world.services);
    const { out } = await run('books', 'head', '--json');
    const head: unknown = JSON.parse(out);
    assert.ok(isRecord(head));
    const keys = createLocalJWKSet({ keys: [...(await publishedKeys(world.services, world.clock.now()))] });
    const { payload } = await jwtVerify(String(head['token']), keys, { currentDate: new Date(world.clock.now()) });
    assert.deepEqual([payload['block'], payload['hash']], [1, head['hash']]);
  });

  it('close-month asks who you are, shows its plan, and closes in two steps', async () => {
    world.clock.set(endOfMonth('2026-03') - 1);
    const anonymous = await run('books', 'close-month', '2026-03', '--apply');
    assert.equal(anonymous.exit, EXIT.refused);
    assert.match(anonymous.notes, /PARASOL_OPERATOR_TOKEN/);
    assert.equal((await asAccountant('books', 'close-month', '2026-13')).exit, EXIT.usage);
    const early = await asAccountant('books', 'close-month', '2026-03', '--apply');
    assert.equal(early.exit, EXIT.refused);
    world.clock.advance(1);
    const plan = await asAccountant('books', 'close-month', '2026-03');
    assert.match(plan.out, /Would close 2026-03, which cannot be undone/);
    const first = await asAccountant('books', 'close-month', '2026-03', '--apply');
    assert.equal(first.exit, EXIT.unavailable);
    assert.match(first.out, /run the same command again then/);
    world.clock.advance(SEAL_AFTER_MS);
    const second = await asAccountant('books', 'close-month', '2026-03', '--apply', '--json');
    assert.equal(second.exit, EXIT.ok);
    assert.match(second.out, /"status":"closed".*"closedBy":"operator:opr_accountant","headBlock":1/);
  });
});
