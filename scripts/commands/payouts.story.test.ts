import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTestDatabase } from '../../server/database/testing/test-database.ts';
import { assertBooks } from '../../server/ledger/testing/assert-books.ts';
import type { OpenServices } from '../../server/open-services.ts';
import { openPayouts } from '../../server/payouts/open-payouts.ts';
import { sendAllDue } from '../../server/payouts/drain-payouts.ts';
import { readableTestProvider, type TestProvider } from '../../server/payouts/testing/test-provider.ts';
import { createKey } from '../../server/platforms/create-key.ts';
import { openWorld, OPERATOR } from '../../server/platforms/testing/open-world.ts';
import { testCli, type CommandResult } from '../testing/test-cli.ts';

describe('payouts and payees from the command line', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let provider: TestProvider;
  let folder = '';
  const as: Record<string, (line: string) => Promise<CommandResult>> = {};
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parasol-payouts-'));
    const world = await openWorld(database);
    const test = readableTestProvider(() => world.clock.now());
    provider = test.provider;
    services = { ...world.services, payments: { stripe: test.readable } };
    for (const name of ['maker', 'editor', 'ann']) {
      const owner = { kind: 'operator', operatorId: `opr_${name}`, mode: 'test' } as const;
      const { secret } = await createKey(services, { actor: OPERATOR, owner });
      const run = testCli(services, database, { PARASOL_OPERATOR_TOKEN: secret });
      as[name] = (line) => run(...line.split(' '));
    }
    as['nobody'] = (line) => testCli(services, database)(...line.split(' '));
    const common = { kind: 'opening_balance', type: 'posted', amount: 1_000_000, effectiveOn: '2026-03-01' } as const;
    await services.ledger.commit({
      id: 'opening',
      transfers: [
        { ...common, id: 'opening:float', debit: 'world:test:CNY', credit: 'carrier:car_x:claims_float:CNY' },
        { ...common, id: 'opening:cash', debit: 'cash:stripe:CNY', credit: 'world:test:CNY' },
      ],
    });
  });
  after(async () => {
    await services.close();
    await rm(folder, { recursive: true });
  });

  const run = (who: string, line: string): Promise<CommandResult> => as[who]?.(line) ?? assert.fail(who);
  /** One answer in JSON. */
  async function ask(who: string, line: string): Promise<Record<string, unknown>> {
    const { exit, out } = await run(who, `${line} --json`);
    assert.equal(exit, 0, out);
    const parsed: unknown = JSON.parse(out);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : assert.fail(out);
  }

  it('a payee is set, verified by another; a payout is decided, approved by another, sent and shown', async () => {
    const account = join(folder, 'account.json');
    const destination = { kind: 'wallet', scheme: 'alipay', handle: 'hospital@example.com' };
    await writeFile(account, JSON.stringify({ relation: 'provider', destination }));
    const create = `payees create --holder-kind provider --holder prv_1 --account ${account}`;
    assert.doesNotMatch((await run('editor', create)).out, /hospital/);
    const payee = await ask('editor', `${create} --apply`);
    const payeeId = String(payee['id']);
    const verify = `payees verify ${payeeId} --version 1 --method document --apply`;
    assert.match((await run('editor', verify)).notes, /somebody else must verify/);
    await ask('ann', verify);
    assert.match((await run('ann', 'payees list')).out, /\*\*\*\*\.com/);
    assert.match((await run('ann', `payees show ${payeeId}`)).out, /opr_ann/);
    const [notice = ''] = /payee_account_changed:\S+/.exec((await run('ann', 'payees notices')).out) ?? [];
    await ask('ann', `payees noticed ${notice} --how called --apply`);

    const decide = `payouts create --key claim-1 --payee ${payeeId} --amount 250000 --currency CNY --from carrier:car_x:claims_float:CNY --text PARASOL --incident-at 2026-03-01T09:00:00Z --apply`;
    assert.match((await run('nobody', decide)).notes, /PARASOL_OPERATOR_TOKEN/);
    const payout = await ask('maker', decide);
    assert.equal(payout['state'], 'awaiting_approval');
    const payoutId = String(payout['id']);
    const [, binding = ''] = /binding\s+(\S+)/.exec((await run('ann', `payouts show ${payoutId}`)).out) ?? [];
    const approve = `payouts approve ${payoutId} --binding ${binding} --apply`;
    assert.match((await run('maker', approve)).notes, /somebody else must approve/);
    assert.equal((await ask('ann', approve))['state'], 'ready');
    await sendAllDue(openPayouts(services));
    const paid = (await run('ann', 'payouts list --state paid')).out;
    assert.match(paid, new RegExp(`^SANDBOX: no real money moves through stripe\\..*${payoutId}.*stripe`, 's'));
    assert.doesNotMatch(
      (await run('ann', 'payouts list --state sent')).out,
      /SANDBOX/,
      'where nothing is to be mistaken',
    );
    assert.match((await run('ann', `payouts show ${payoutId}`)).out, /posted/);

    provider.become(`${payoutId}:1`, 'returned');
    assert.equal((await ask('ann', `payouts reconcile ${payoutId} --apply`))['state'], 'returned');
    assert.match((await run('ann', `payouts retry ${payoutId} --apply`)).notes, /change and verify the payee/);
    assert.notEqual((await ask('ann', `payouts release ${payoutId} --apply`))['releasedAt'], null);
    assert.deepEqual(await ask('ann', 'payouts reconcile --apply'), {
      ...{ looked: 0, settled: 0, absent: 0, away: 0, failed: 0 },
    });
    await assertBooks(services);
  });

  it('a file that is no account is wrong use, and nothing is opened', async () => {
    const wrong = join(folder, 'wrong.json');
    await writeFile(wrong, '{"relation":"self"}');
    const { exit, notes } = await run('ann', `payees create --holder-kind person --holder per_1 --account ${wrong}`);
    assert.deepEqual([exit, /destination|form/.test(notes)], [1, true]);
    assert.equal((await run('ann', 'payees create --holder-kind person --holder per_1 --account none')).exit, 2);
  });

  it('a file that is no JSON is not quoted: an account number may stand there', async () => {
    const wrong = join(folder, 'secret.json');
    await writeFile(wrong, '{"accountNumber":x6222020200112233}');
    const { exit, notes } = await run('ann', `payees create --holder-kind person --holder per_1 --account ${wrong}`);
    assert.deepEqual([exit, /6222/.test(notes)], [2, false]);
  });

  it('takes what the API takes, and nothing else', async () => {
    const account = join(folder, 'account.json');
    const destination = { kind: 'wallet', scheme: 'alipay', handle: 'hospital@example.com' };
    await writeFile(account, JSON.stringify({ relation: 'provider', destination }));
    const holder = `payees create --holder-kind provider --holder prv:1 --account ${account} --apply`;
    assert.match((await run('editor', holder)).notes, /holder\/id/);
    const decide =
      'payouts create --payee pye_1 --amount 1 --currency CNY --from carrier:car_x:claims_float:CNY --apply';
    assert.match((await run('maker', `${decide} --key claim-1/again --text PARASOL`)).notes, /businessKey/);
    assert.match((await run('maker', `${decide} --key claim-1 --text ${'x'.repeat(101)}`)).notes, /statementText/);
  });
});
