import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as callHttp } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { MovableClock, systemClock } from '../../clock.ts';
import { booksOf } from './books.ts';
import { fund } from './objects/balance.ts';
import { startSandbox } from './sandbox-server.ts';
import type { RunningSandbox, SandboxOptions } from './sandbox-server.ts';
import { play, recipientWith, send, START } from './testing/play.ts';

describe('sandbox: over HTTP', () => {
  const open: { close(): Promise<void> }[] = [];
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await rm(folder, { recursive: true });
  });

  const start = async (options: Partial<SandboxOptions> = {}): Promise<RunningSandbox> => {
    const sandbox = await startSandbox({
      webhookSecret: 'whsec_test',
      seed: 'test',
      clock: new MovableClock(START),
      settings: { publicUrl: 'http://sandbox.invalid' },
      onTrouble: (message) => assert.fail(message),
      ...options,
    });
    open.push(sandbox);
    return sandbox;
  };
  const clientOf = ({ port }: RunningSandbox, timeout = 1_000) =>
    new Stripe('sk_test_1', {
      ...{ host: '127.0.0.1', port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, timeout },
    });

  /** Some of everything; the answers in order. */
  const story = async (stripe: Stripe): Promise<unknown[]> => {
    const to = await recipientWith(stripe, '6222020200112233', 'same');
    const customer = await stripe.customers.create({ name: 'Kuaipao', metadata: { platformId: 'plt_1' } }, key('a'));
    const invoice = await stripe.invoices.create(
      { customer: customer.id, collection_method: 'send_invoice', days_until_due: 30, currency: 'cny' },
      key('b'),
    );
    await stripe.invoiceItems.create(
      { customer: customer.id, invoice: invoice.id, amount: 500, currency: 'cny' },
      key('c'),
    );
    return [
      to,
      customer,
      await stripe.invoices.finalizeInvoice(invoice.id, { expand: ['customer'] }, key('d')),
      await send(stripe, to, { value: 1_234 }),
      await send(stripe, to, { value: 1_234 }),
      await stripe.transfers
        .create({ amount: 1_000_000, currency: 'cny', destination: 'acct_sandbox_ok' }, key('e'))
        .catch((error: unknown) => (error instanceof Stripe.errors.StripeError ? [error.code, error.message] : error)),
      await stripe.balance.retrieve(),
      await stripe.events.list({ limit: 3 }),
      await stripe.v2.moneyManagement.financialAccounts.retrieve('fa_test_sandbox'),
    ];
  };
  const key = (name: string) => ({ idempotencyKey: `key-${name}` });

  it('gives the same answers as in process', async () => {
    const sandbox = await start();
    const inside = play({ settings: { publicUrl: 'http://sandbox.invalid' } });
    sandbox.core.act(START, (context) => fund(context, 'cny', 5_000));
    inside.fund(5_000);
    const [overHttp, inProcess] = [await story(clientOf(sandbox)), await story(inside.stripe)];
    assert.deepEqual(JSON.parse(JSON.stringify(overHttp)), JSON.parse(JSON.stringify(inProcess)));
    assert.deepEqual(sandbox.core.store.dump(), inside.core.store.dump());
  });

  it('lets a caller wait in vain, or breaks the connection, when it is told so', async () => {
    const sandbox = await start();
    const inside = play();
    for (const [kind, message] of [
      ['timeout', /timeout being reached/],
      ['reset', /error occurred with our connection/],
    ] as const) {
      const rules = [{ operation: 'customers.create', phase: 'after', kind, times: 2 }] as const;
      sandbox.core.orderFaults(rules);
      inside.core.orderFaults(rules);
      for (const stripe of [clientOf(sandbox, 200), inside.stripe]) {
        await assert.rejects(stripe.customers.create({ name: kind }, key(kind)), (error: unknown) => {
          assert(error instanceof Stripe.errors.StripeConnectionError);
          assert.match(error.message, message);
          return true;
        });
        sandbox.core.orderFaults([]);
        inside.core.orderFaults(rules);
      }
      inside.core.orderFaults([]);
      assert.equal((await clientOf(sandbox).customers.create({ name: kind }, key(kind))).name, kind);
    }
    assert.equal(sandbox.core.store.size('customer'), 2);
  });

  it('goes on where it was killed: money, keys, webhooks and ids', async () => {
    const file = join(folder, 'sandbox.jsonl');
    const first = await start({ file });
    first.core.act(START, (context) => fund(context, 'cny', 50_000));
    const to = await recipientWith(clientOf(first));
    const sent = await send(clientOf(first), to);
    const before = first.core.store.dump();
    // Not closed: what is on the disk now is all that a killed one leaves.
    const second = await start({ file });
    assert.deepEqual(second.core.store.dump(), before);
    assert.equal((await send(clientOf(second), to)).id, sent.id);
    assert.notEqual((await send(clientOf(second), to, { key: 'key-2' })).id, sent.id);
    assert.deepEqual(booksOf(second.core.store).doubled, ['pyo_1']);
    assert.deepEqual(booksOf(second.core.store).breaches, []);
  });

  it('sends signed webhooks until they are taken', async () => {
    const seen: string[] = [];
    const answers = [500, 200];
    let takenTwice = (): void => undefined;
    const done = new Promise<void>((resolve) => (takenTwice = resolve));
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const event = Stripe.webhooks.constructEvent(
          Buffer.concat(chunks).toString(),
          request.headers['stripe-signature'] ?? '',
          'whsec_test',
        );
        seen.push(event.id);
        response.writeHead(answers.shift() ?? 200).end();
        if (seen.length === 2) takenTwice();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    open.push({ close: async () => void receiver.close() });
    const address = receiver.address();
    assert(typeof address === 'object' && address !== null);
    const sandbox = await start({
      clock: systemClock,
      webhookUrl: `http://127.0.0.1:${address.port}/webhooks`,
    });
    const { id } = await clientOf(sandbox).customers.create({ name: 'Kuaipao' });
    await done;
    const event = sandbox.core.store.list('event')[0];
    assert.deepEqual(seen, [event?.id, event?.id]);
    assert.equal(event?.object === 'event' && JSON.stringify(event.data.object).includes(id), true);
  });

  it('has a page on which a person pays, and says SANDBOX on it', async () => {
    const sandbox = await start({ settings: {} });
    const session = await clientOf(sandbox).checkout.sessions.create({
      mode: 'payment',
      line_items: [{ price_data: { currency: 'cny', unit_amount: 9_900, product_data: { name: 'Top <up>' } } }],
      success_url: 'http://127.0.0.1/done?session={CHECKOUT_SESSION_ID}',
    });
    const page = await (await fetch(session.url ?? '')).text();
    assert.match(page, /SANDBOX: this is not Stripe/);
    assert.match(page, /Top &#60;up&#62;<\/td><td>CNY 99\.00</);
    const pay = (method: string) =>
      fetch(session.url ?? '', { method: 'POST', redirect: 'manual', body: new URLSearchParams({ method }) });
    const declined = await pay('pm_card_chargeDeclined');
    assert.deepEqual([declined.status, /declined/.test(await declined.text())], [402, true]);
    const paid = await pay('pm_card_visa');
    assert.equal(paid.headers.get('location'), `http://127.0.0.1/done?session=${session.id}`);
    const { payment_status: status } = await clientOf(sandbox).checkout.sessions.retrieve(session.id);
    assert.equal(status, 'paid');
  });

  it('is controlled from this machine only, and refuses live keys', async () => {
    const sandbox = await start();
    assert.equal((await control(sandbox, 'fund', { currency: 'cny', amount: 5 })).status, 200);
    assert.equal((await control(sandbox, 'fund', { currency: 'cny' })).status, 400);
    assert.equal((await control(sandbox, 'nothing')).status, 404);
    for (const headers of [{ origin: 'https://example.com' }, { host: 'example.com' }]) {
      const status = await new Promise((resolve, reject) => {
        const call = callHttp(`${sandbox.url}/_sandbox/books`, { headers });
        call.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
        call.end();
      });
      assert.equal(status, 421);
    }
    const live = new Stripe('sk_live_1', { host: '127.0.0.1', port: sandbox.port, protocol: 'http', telemetry: false });
    await assert.rejects(live.balance.retrieve(), /refuses live keys/);
  });

  const control = ({ url }: RunningSandbox, name: string, body?: object) =>
    fetch(`${url}/_sandbox/${name}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
});
