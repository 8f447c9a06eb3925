import assert from 'node:assert/strict';
import { accountId } from '../../programs/ledger/chart.ts';
import { closeThrough } from '../billing/close-through.ts';
import { createCarrier } from '../carriers/create-carrier.ts';
import { MovableClock } from '../clock.ts';
import { waitUntil } from '../database/embedded/wait-until.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { readDeposits } from '../deposits/read-deposits.ts';
import { isRecord } from '../http/json-schema.ts';
import { startTestApi, TEST_NOW, TEST_OPERATOR, type TestApi } from '../http/testing/test-api.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { applyDueFacts } from '../payments/apply-due-facts.ts';
import { foldProviderEvents } from '../payments/fold-provider-events.ts';
import { readableProviderOf } from '../payments/provider-of.ts';
import { recordFacts } from '../payments/record-facts.ts';
import { startSandbox, type RunningSandbox } from '../payments/sandbox/sandbox-server.ts';
import { openPolicy } from '../policies/open-policy.ts';
import { policyInput } from '../platforms/testing/open-world.ts';
import type { IncomingEvent } from '../shifts/shift-intake.ts';
import { collectInvoices } from './collect-invoices.ts';
import { issueInvoices } from './issue-invoices.ts';

const DAY_MS = 86_400_000;
const SECRET = 'whsec_of_this_test';
const PLATFORM = 'plt_shop';

/** The real SDK, the sandbox behind it, its signed webhooks into the API: money from a platform to settled cash. */
describe('money from a platform, through the SDK and back by webhooks', function () {
  this.timeout(60_000);
  const database = useTestDatabase();
  const sandboxClock = new MovableClock(TEST_NOW);
  let sandbox: RunningSandbox;
  let api: TestApi;
  let token = '';
  const trouble: string[] = [];

  before(async () => {
    sandbox = await startSandbox({
      ...{ webhookSecret: SECRET, seed: 'invoices', clock: sandboxClock },
      onTrouble: (message) => trouble.push(message),
    });
    const config = { stripeSecretKey: 'sk_test_1', stripeWebhookSecret: SECRET, stripeUrl: sandbox.url };
    api = await startTestApi(database, { config });
    await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
    const address = api.server.address();
    assert.ok(typeof address === 'object' && address !== null);
    await order('webhook_endpoint', { url: `http://127.0.0.1:${address.port}/v1/webhooks/stripe` });
    ({ token } = await api.addPlatform(PLATFORM));
    await createCarrier(api.services, { actor: TEST_OPERATOR, carrierId: 'car_x', name: 'X', licence: 'L' });
    const common = { platformId: PLATFORM, actor: TEST_OPERATOR };
    await openPolicy(api.services, policyInput({ ...common, policyId: 'pol_later' }));
    const prepaid = { policyId: 'pol_ahead', prepaid: true, occupationClasses: ['courier'] };
    await openPolicy(api.services, policyInput({ ...common, ...prepaid }));
  });
  after(async () => {
    await new Promise((resolve) => api.server.close(resolve));
    await api.close();
    await sandbox.close();
    assert.deepEqual(trouble, []);
  });

  /** What a payer or a bank does, by the sandbox's control door. */
  async function order(what: string, body: object = {}): Promise<Record<string, unknown>> {
    const answer = await fetch(`${sandbox.url}/_sandbox/${what}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    const json: unknown = JSON.parse(text);
    assert.ok(isRecord(json));
    return json;
  }
  const pass = (ms: number) => {
    sandboxClock.advance(ms);
    api.clock.advance(ms);
  };
  /** Until what the provider told is booked as expected. */
  const heard = async (expected: () => Promise<boolean>) => {
    const done = await waitUntil(20_000, async () => {
      await foldProviderEvents(api.services, { now: api.clock.now() });
      return (await expected()) || undefined;
    });
    assert.equal(done, true);
  };
  const settle = async () => {
    await order('settle');
    pass(1_000);
    const now = api.clock.now();
    const { facts } = await readableProviderOf(api.services, 'stripe').readSettlements({ from: 0, to: now });
    await recordFacts(api.services, facts, { source: 'reconciliation', now });
    await applyDueFacts(api.services, { now });
  };
  const start = (worker: string, occupationClass: string): IncomingEvent => ({
    ...{ source: `//${PLATFORM}`, id: worker, type: 'shift.started', time: api.clock.now() },
    data: { workerId: worker, shiftId: worker, occupationClass, territory: 'CN' },
  });
  const submit = async (event: IncomingEvent) => {
    const [result] = await api.services.intake.submit([event], { platformId: PLATFORM, via: 'api' });
    assert.ok(result && 'decision' in result, JSON.stringify(result));
    return result.decision;
  };
  /** Debits less credits. */
  const balance = async (account: string) => {
    const found = await api.services.models.accounts.findById(account).lean();
    return (found?.debitsPosted ?? 0) - (found?.creditsPosted ?? 0);
  };
  const clearing = () => balance(accountId('*:clearing', 'CNY', 'stripe'));
  const stateOf = async (_id: string) => (await api.services.models.invoices.findById(_id).lean())?.state;

  it('an invoice is sent, paid, settled to cash, refunded and open again', async () => {
    const { services } = api;
    for (const worker of ['a', 'b', 'c']) await submit(start(worker, 'rider'));
    pass(3 * DAY_MS);
    await closeThrough(services, { actor: TEST_OPERATOR, policyId: 'pol_later', through: '2026-03-01' });
    pass(DAY_MS);
    assert.deepEqual(await issueInvoices(services), { invoices: 1, creditNotes: 0, failed: 0 });
    const collected = await collectInvoices(services);
    assert.deepEqual([collected.sent, collected.failed], [1, 0]);
    const [invoice] = await services.models.invoices.find().lean();
    assert.ok(invoice);
    const shown = await api.call('get', `/v1/invoices/${invoice._id}`, token);
    assert.match(shown.text, /"payUrl":"http.*"sandbox":true/, 'it says itself that nothing real is paid there');
    const csv = await api.call('get', `/v1/invoices/${invoice._id}.csv`, token);
    assert.match(csv.text, /,currency,sandbox\r\n.*,CNY,true\r\n/);

    const intent = await order(`invoices/${invoice.delivery.providerRef}/pay`);
    await heard(async () => (await stateOf(invoice._id)) === 'paid');
    assert.equal(await clearing(), 900);
    await settle();
    const [cash, fees] = await Promise.all([balance('cash:stripe:CNY'), balance('provider:stripe:fees:CNY')]);
    assert.deepEqual([await clearing(), cash + fees], [0, 900]);
    assert.ok(fees > 0);

    await order('refunds', { payment_intent: intent['id'] });
    await heard(async () => (await stateOf(invoice._id)) !== 'paid');
    assert.equal(await balance('policy:pol_later:receivable:CNY'), 900);
    await assertBooks(services);
  });

  it('a deposit is topped up by a page, and pays for covers', async () => {
    const { services } = api;
    assert.equal((await submit(start('before', 'courier'))).outcome, 'not_covered');
    const body = {
      ...{ reference: 'march-1', amount: { amount: 50_000, currency: 'CNY' } },
      ...{ successUrl: 'https://shop.example/done', cancelUrl: 'https://shop.example/back' },
    };
    const open = () => api.call('post', '/v1/deposits/top-ups', token).send(body);
    const [first, again] = [await open(), await open()];
    assert.equal(first.status, 200, first.text);
    assert.deepEqual(first.body, again.body);
    assert.match(first.text, /"sandbox":true/);
    assert.match((await api.call('get', '/v1/deposits', token)).text, /"sandbox":true/);
    const other = await api
      .call('post', '/v1/deposits/top-ups', token)
      .send({ ...body, cancelUrl: 'https://x.example' });
    assert.equal(other.status, 409);
    const topUp = await services.models.topUps.findOne().lean();
    assert.ok(topUp);
    const available = async () => (await readDeposits(services, { actor: TEST_OPERATOR }))[0]?.available;
    assert.equal(await available(), 0, 'never booked before it is paid');

    await order(`checkout_sessions/${topUp.providerRef}/pay`);
    await heard(async () => (await available()) === 50_000);
    assert.equal((await submit(start('after', 'courier'))).outcome, 'covered');
    const events = await services.models.events
      .find({ type: /^deposit/ })
      .sort({ sequence: 1 })
      .lean();
    assert.deepEqual(
      events.map(({ type }) => type),
      ['deposit.empty', 'deposit.topped_up'],
    );
    await settle();
    await assertBooks(services);
  });
});
