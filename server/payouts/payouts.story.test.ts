import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { startTestApi, TEST_NOW, type TestApi } from '../http/testing/test-api.ts';
import { isRecord } from '../http/json-schema.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { booksOf } from '../payments/sandbox/books.ts';
import { fund } from '../payments/sandbox/objects/balance.ts';
import { startSandbox, type RunningSandbox } from '../payments/sandbox/sandbox-server.ts';
import { MovableClock } from '../clock.ts';
import { reconcileAllDue, sendAllDue } from './drain-payouts.ts';
import { openPayouts } from './open-payouts.ts';
import { reconcilePayout } from './reconcile-payouts.ts';

const FLOAT = 'carrier:car_1:claims_float:CNY';
const CASH = 'cash:stripe:CNY';
const DAY_MS = 86_400_000;

/** The whole way over HTTP, with the real SDK of Stripe against the sandbox. */
describe('payouts over the API and the sandbox', () => {
  const database = useTestDatabase();
  const sandboxClock = new MovableClock(TEST_NOW);
  let api: TestApi;
  let sandbox: RunningSandbox;
  const tokens: Record<string, string> = {};

  before(async () => {
    sandbox = await startSandbox({
      ...{ webhookSecret: 'whsec_sandbox_secret', seed: 'payouts', clock: sandboxClock },
      onTrouble: (message) => assert.fail(message),
    });
    sandbox.core.act(TEST_NOW, (context) => fund(context, 'cny', 10_000_000));
    api = await startTestApi(database, {
      config: { stripeSecretKey: 'sk_test_12345678', stripeUrl: sandbox.url, ratePerMinute: 1e6 },
    });
    for (const name of ['maker', 'editor', 'ann', 'bob']) tokens[name] = await api.addOperatorKey(`opr_${name}`);
    tokens['bob again'] = await api.addOperatorKey('opr_bob');
    const common = { kind: 'opening_balance', type: 'posted', amount: 10_000_000, effectiveOn: '2026-03-01' } as const;
    await api.services.ledger.commit({
      id: 'opening',
      transfers: [
        { ...common, id: 'opening:float', debit: 'world:test:CNY', credit: FLOAT },
        { ...common, id: 'opening:cash', debit: CASH, credit: 'world:test:CNY' },
      ],
    });
  });
  after(async () => {
    await api.close();
    await sandbox.close();
  });
  afterEach(() => assertBooks(api.services));

  async function call(method: 'get' | 'post', path: string, who: string, body?: object) {
    const request = api.call(method, path, tokens[who]);
    const { status, text } = await (body === undefined ? request : request.send(body));
    const json: unknown = JSON.parse(text);
    return { status, json: isRecord(json) ? json : assert.fail(text), text };
  }
  const field = (json: Record<string, unknown>, path: string): unknown =>
    path.split('.').reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), json);

  async function payeeOf(holder: string, accountNumber: string): Promise<string> {
    const { status, json } = await call('post', '/v1/payees', 'editor', {
      holder: { kind: 'provider', id: holder },
      relation: 'provider',
      destination: { kind: 'bank_account', holder: 'A Hospital', country: 'CN', bankCode: 'ICBKCNBJ', accountNumber },
    });
    assert.equal(status, 201);
    const id = String(json['id']);
    const verify = (who: string) => call('post', `/v1/payees/${id}/verify`, who, { version: 1, method: 'document' });
    assert.equal((await verify('editor')).json['code'], 'verifier_refused');
    assert.equal((await verify('ann')).status, 200);
    return id;
  }
  const decide = (businessKey: string, payeeId: string, amount: number) =>
    call('post', '/v1/payouts', 'maker', {
      ...{ businessKey, payeeId, amount: { amount, currency: 'CNY' }, fundingAccount: FLOAT, statementText: 'PARASOL' },
      incidentAt: new Date(api.clock.now() + 1_000).toISOString(),
    });
  const pass = (ms: number): void => {
    api.clock.advance(ms);
    sandboxClock.advance(ms);
    sandbox.core.advance(sandboxClock.now());
  };
  const stateOf = async (id: string) => (await call('get', `/v1/payouts/${id}`, 'ann')).json;

  it('decided, approved by two persons, sent once, paid, and visible in every step', async () => {
    const payeeId = await payeeOf('prv_first', '6222020200112233');
    const { status, json } = await decide('claim-1', payeeId, 6_000_000);
    assert.deepEqual([status, json['state']], [201, 'awaiting_approval']);
    const id = String(json['id']);
    assert.equal((await decide('claim-1', payeeId, 6_000_000)).status, 200);
    assert.equal((await decide('claim-1', payeeId, 6_000_001)).json['code'], 'payout_key_reused');
    const approve = (who: string, binding: unknown = field(json, 'approvals.binding')) =>
      call('post', `/v1/payouts/${id}/approve`, who, { binding });
    assert.equal((await approve('maker')).json['code'], 'approver_refused');
    assert.equal((await approve('editor')).json['code'], 'approver_refused');
    assert.equal((await approve('ann', 'another')).json['code'], 'payout_changed');
    assert.equal((await approve('bob')).json['state'], 'awaiting_approval');
    assert.equal((await approve('bob again')).json['state'], 'awaiting_approval', 'persons are counted, not keys');
    assert.equal((await approve('ann')).json['state'], 'ready');
    assert.deepEqual(await sendAllDue(openPayouts(api.services)), {
      ...{ paid: 0, sent: 1, refused: 0, later: 0, unknown: 0, failed: 0 },
    });
    pass(10 * 60_000);
    assert.equal((await reconcileAllDue(openPayouts(api.services))).settled, 1);
    const paid = await stateOf(id);
    assert.equal(paid['state'], 'paid');
    assert.equal(paid['sandbox'], true, 'paid, and no real money moved');
    assert.equal(field(paid, 'payee.account'), '****2233');
    assert.ok(!JSON.stringify(paid).includes('6222020200112233'));
    const steps = Array.isArray(paid['timeline']) ? paid['timeline'] : [];
    assert.deepEqual(
      steps.map((step: unknown) => isRecord(step) && step['state']),
      ['awaiting_approval', 'awaiting_approval', 'ready', 'sending', 'sent', 'paid'],
    );
    assert.equal(booksOf(sandbox.core.store).sentByPayout[id], 1);
  });

  it('an answer that is lost after the effect is found, and nothing is paid twice', async () => {
    const payeeId = await payeeOf('prv_lost', '6222020200112244');
    const ids: string[] = [];
    for (const n of [1, 2, 3]) ids.push(String((await decide(`lost-${n}`, payeeId, 100)).json['id']));
    sandbox.core.orderFaults([
      { operation: 'outbound_payments.create', phase: 'after', kind: 'reset', times: 1 },
      { operation: 'outbound_payments.create', phase: 'before', kind: '500', times: 1 },
    ]);
    assert.equal((await sendAllDue(openPayouts(api.services))).unknown, 2);
    for (let round = 0; round < 4; round++) {
      pass(10 * 60_000);
      await reconcileAllDue(openPayouts(api.services));
      await sendAllDue(openPayouts(api.services));
    }
    for (const id of ids) {
      assert.equal((await stateOf(id))['state'], 'paid');
      assert.equal(booksOf(sandbox.core.store).sentByPayout[id], 1);
    }
  });

  it('returned by the bank: held, the payee changed by a person and verified by another, paid again', async () => {
    const payeeId = await payeeOf('prv_back', '000222222227');
    const id = String((await decide('back-1', payeeId, 150_00)).json['id']);
    await sendAllDue(openPayouts(api.services));
    pass(10 * 60_000);
    await reconcileAllDue(openPayouts(api.services));
    assert.equal((await stateOf(id))['state'], 'paid');
    pass(2 * DAY_MS);
    assert.equal((await reconcilePayout(openPayouts(api.services), id)).state, 'returned');
    const retry = () => call('post', `/v1/payouts/${id}/retry`, 'maker');
    assert.equal((await retry()).json['code'], 'payee_unchanged');
    const changed = await call('post', `/v1/payees/${payeeId}/change`, 'editor', {
      ...{ version: 1, relation: 'provider' },
      destination: {
        kind: 'bank_account',
        holder: 'A Hospital',
        country: 'CN',
        bankCode: 'ICBKCNBJ',
        accountNumber: '6222020200112255',
      },
    });
    assert.deepEqual([changed.status, changed.json['version'], changed.json['verifiedAt']], [200, 2, null]);
    const again = await retry();
    assert.deepEqual([again.json['state'], again.json['retryOf']], ['payee_fix', id]);
    assert.equal((await retry()).json['id'], again.json['id']);
    await call('post', `/v1/payees/${payeeId}/verify`, 'bob', { version: 2, method: 'call_back' });
    const linked = String(again.json['id']);
    assert.equal((await stateOf(linked))['state'], 'cooling_down');
    pass(DAY_MS);
    await sendAllDue(openPayouts(api.services));
    pass(10 * 60_000);
    await reconcileAllDue(openPayouts(api.services));
    assert.equal((await stateOf(linked))['state'], 'paid');
    const { sentByPayout, breaches } = booksOf(sandbox.core.store);
    assert.deepEqual([sentByPayout[id], sentByPayout[linked], breaches], [0, 1, []]);
  });

  it('refused for the account: waits for another one, with the words of the provider', async () => {
    const payeeId = await payeeOf('prv_closed', '000111111116');
    const id = String((await decide('closed-1', payeeId, 100)).json['id']);
    await sendAllDue(openPayouts(api.services));
    pass(10 * 60_000);
    await reconcileAllDue(openPayouts(api.services));
    const { state, attempts } = await stateOf(id);
    assert.equal(state, 'payee_fix');
    assert.match(JSON.stringify(attempts), /"outcome":"failed".*"words":"Stripe says: /);
    const voided = await call('post', `/v1/payouts/${id}/void`, 'maker', { reason: 'Paid in cash' });
    assert.equal(voided.json['state'], 'voided');
  });

  it('lists by state, payee and page', async () => {
    const all: unknown[] = [];
    let cursor = '';
    do {
      const { json } = await call('get', `/v1/payouts?limit=2${cursor}`, 'ann');
      assert.ok(Array.isArray(json['data']));
      all.push(...json['data'].map((item: unknown) => isRecord(item) && item['id']));
      cursor = typeof json['nextCursor'] === 'string' ? `&cursor=${json['nextCursor']}` : '';
    } while (cursor !== '');
    assert.equal(new Set(all).size, all.length);
    assert.equal(all.length, await api.services.models.payouts.countDocuments());
    const { text } = await call('get', '/v1/payouts?state=returned', 'ann');
    assert.equal(text.match(/"state":"returned","stateMeans"/g)?.length, 1);
  });
});
