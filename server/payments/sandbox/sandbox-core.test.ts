import assert from 'node:assert/strict';
import fc from 'fast-check';
import Stripe from 'stripe';
import { MovableClock } from '../../clock.ts';
import { booksOf } from './books.ts';
import { settleAll } from './objects/balance.ts';
import { paySession } from './objects/checkout-sessions.ts';
import { openDispute } from './objects/disputes.ts';
import { payInvoice } from './objects/invoices.ts';
import { SandboxCore } from './sandbox-core.ts';
import type { Change } from './store.ts';
import { clientOf, DAY_MS, play, recipientWith, send, START } from './testing/play.ts';

type Played = ReturnType<typeof play>;

/** Anything that can happen; refusals are part of life. */
const HAPPENINGS = {
  pay: ({ stripe }: Played, n: number) =>
    stripe.paymentIntents.create(
      { amount: 1_000 + n, currency: 'cny', payment_method: 'pm_card_visa', confirm: true },
      { idempotencyKey: `pay-${n}` },
    ),
  payDelayed: ({ stripe }: Played, n: number) =>
    stripe.paymentIntents.create(
      { amount: 1_000 + n, currency: 'jpy', payment_method: 'pm_sandbox_delayed', confirm: true },
      { idempotencyKey: `delayed-${n}` },
    ),
  decline: ({ stripe }: Played, n: number) =>
    stripe.paymentIntents.create(
      { amount: 1_000, currency: 'cny', payment_method: 'pm_card_chargeDeclined', confirm: true },
      { idempotencyKey: `decline-${n}` },
    ),
  refund: ({ stripe, core }: Played, n: number) =>
    stripe.refunds.create(
      { charge: core.store.list('charge').at(n % 3)?.id ?? 'ch_none', amount: 400 },
      { idempotencyKey: `refund-${n}` },
    ),
  dispute: async ({ core, clock }: Played, n: number) =>
    core.act(clock.now(), (context) => openDispute(context, core.store.list('charge').at(n % 3)?.id ?? 'ch_none')),
  transfer: ({ stripe }: Played, n: number) =>
    stripe.transfers.create(
      { amount: 300, currency: 'cny', destination: n % 2 === 0 ? 'acct_sandbox_ok' : 'acct_sandbox_returned' },
      { idempotencyKey: `transfer-${n}` },
    ),
  sendOut: async (played: Played, n: number) => {
    const to = await recipientWith(played.stripe, n % 2 === 0 ? '000222222227' : '6222020200112233', `r-${n}`);
    return send(played.stripe, to, { value: 500, key: `send-${n}`, payoutId: `pyo_${n}` });
  },
  checkout: async ({ stripe, core, clock }: Played, n: number) => {
    const session = await stripe.checkout.sessions.create(
      {
        mode: 'payment',
        line_items: [{ price_data: { currency: 'cny', unit_amount: 700, product_data: { name: 'x' } } }],
        success_url: 'https://example.com',
      },
      { idempotencyKey: `checkout-${n}` },
    );
    return core.act(clock.now(), (context) => paySession(context, session.id));
  },
  invoice: async ({ stripe, core, clock }: Played, n: number) => {
    const key = (step: string) => ({ idempotencyKey: `${step}-${n}` });
    const customer = await stripe.customers.create({ name: 'x' }, key('customer'));
    const invoice = await stripe.invoices.create({ customer: customer.id, currency: 'cny' }, key('invoice'));
    await stripe.invoiceItems.create(
      { customer: customer.id, invoice: invoice.id, amount: 900, currency: 'cny' },
      key('item'),
    );
    await stripe.invoices.finalizeInvoice(invoice.id, {}, key('finalize'));
    return core.act(clock.now(), (context) => payInvoice(context, invoice.id, { amount: 400 }));
  },
  settle: async ({ core, clock }: Played) => core.act(clock.now(), settleAll),
  hour: async ({ pass }: Played) => pass(3_600_000),
  threeDays: async ({ pass }: Played) => pass(3 * DAY_MS),
} as const;

const NAMES = [
  'pay',
  'payDelayed',
  'decline',
  'refund',
  'dispute',
  'transfer',
  'sendOut',
  'checkout',
  'invoice',
  'settle',
  'hour',
  'threeDays',
] as const satisfies readonly (keyof typeof HAPPENINGS)[];

async function live(played: Played, life: readonly (keyof typeof HAPPENINGS)[]): Promise<void> {
  for (const [n, name] of life.entries()) {
    try {
      await HAPPENINGS[name](played, n);
    } catch (error) {
      // Refusals of Stripe's, and of the payer's and the bank's own commands, which carry a status.
      if (!(error instanceof Stripe.errors.StripeError) && !(error instanceof Error && 'status' in error)) throw error;
    }
  }
}

const life = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 30 });

describe('sandbox: any life', () => {
  it('leaves books that add up', async () => {
    await fc.assert(
      fc.asyncProperty(life, async (names) => {
        const played = play();
        await live(played, names);
        assert.deepEqual(booksOf(played.core.store).breaches, []);
      }),
      { numRuns: 100 },
    );
  });

  it('is the same again with the same seed, and can be told from its journal, also from the middle on', async () => {
    await fc.assert(
      fc.asyncProperty(life, life, async (before, after) => {
        const told: Change[] = [];
        const first = play({ onChanges: (changes) => told.push(...changes) });
        await live(first, before);
        const reread = new SandboxCore({ seed: 'other', history: structuredClone(told) });
        assert.deepEqual(reread.store.dump(), first.core.store.dump());
        // A restarted sandbox goes on as the one that was never stopped: ids, keys, what is due.
        const clock = new MovableClock(first.clock.now());
        const second: Played = {
          ...first,
          clock,
          core: reread,
          stripe: clientOf(reread, clock),
          pass: (ms) => {
            clock.advance(ms);
            reread.advance(clock.now());
          },
        };
        await live(first, after);
        await live(second, after);
        assert.deepEqual(withoutRequests(reread), withoutRequests(first.core));
      }),
      { numRuns: 60 },
    );
  });

  /** Ids of requests begin anew with each run of the program, as only logs carry them. */
  const withoutRequests = (core: SandboxCore): unknown =>
    JSON.parse(JSON.stringify(core.store.dump()).replaceAll(/"req_[0-9a-f]+"/g, '"req"'));
});

describe('sandbox: webhooks', () => {
  const customers = async (played: Played, count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      await played.stripe.customers.create({ name: `customer ${n}` });
      played.pass(10);
    }
  };
  const arrived = ({ core, clock }: Played): string[] =>
    core.dueWebhooks(clock.now()).map(({ deliveryId, event }) => {
      core.webhookAnswered(deliveryId, true, clock.now());
      return event.id;
    });
  const events = ({ core }: Played): string[] => core.store.list('event').map(({ id }) => id);

  it('arrive once, in order, and not again', async () => {
    const played = play();
    await customers(played, 5);
    assert.deepEqual(arrived(played), events(played));
    assert.deepEqual(arrived(played), []);
    assert.equal(played.core.store.size('delivery'), 0);
  });

  it('come twice, late or never when that is ordered for the next ones', async () => {
    const played = play();
    played.core.orderWebhooks({
      lateMs: 60_000,
      next: [
        { action: 'twice', times: 1 },
        { action: 'lost', times: 1 },
        { action: 'late', times: 1 },
      ],
    });
    await customers(played, 4);
    const [twice, , late, plain] = events(played);
    assert.deepEqual(arrived(played), [twice, twice, plain]);
    played.pass(60_000);
    assert.deepEqual(arrived(played), [late]);
  });

  it('change places when they are reordered, and none is missing', async () => {
    const played = play();
    played.core.orderWebhooks({ reordered: 1, reorderWithinMs: 1_000 });
    await customers(played, 20);
    played.pass(1_000);
    const order = arrived(played);
    assert.notDeepEqual(order, events(played));
    assert.deepEqual([...order].sort(), [...events(played)].sort());
  });

  it('are sent again, ever more rarely, for three days', async () => {
    const played = play();
    await customers(played, 1);
    const gaps = [];
    for (let last = START, tries = 0; played.core.store.size('delivery') > 0; tries++) {
      const at = Math.max(played.core.nextDueAt ?? 0, played.clock.now());
      played.clock.set(at);
      for (const { deliveryId } of played.core.dueWebhooks(at)) played.core.webhookAnswered(deliveryId, false, at);
      if (tries > 0) gaps.push((at - last) / 1_000);
      last = at;
    }
    assert.deepEqual(gaps.slice(0, 5), [1, 2, 4, 8, 16]);
    assert.equal(Math.max(...gaps), 3_600);
    const tried = gaps.reduce((sum, gap) => sum + gap, 0);
    assert(tried >= 72 * 3_600 && tried <= 73 * 3_600, `tried for ${tried} s`);
  });
});

describe('sandbox: requests', () => {
  for (const [title, call, expected] of [
    ['an update of nothing', (s) => s.rawRequest('POST', '/v1/customers/cus_none'), [404, 'resource_missing', 'id']],
    [
      'a missing parameter',
      (s) => s.rawRequest('POST', '/v1/transfers', { amount: 1, currency: 'cny' }),
      [400, 'parameter_missing', 'destination'],
    ],
    [
      'an unknown parameter',
      (s) => s.rawRequest('POST', '/v1/customers', { nmae: 'x' }),
      [400, 'parameter_unknown', 'nmae'],
    ],
    [
      'a nested one',
      (s) => s.rawRequest('POST', '/v1/refunds', { metadata: { a: { b: 'c' } } }),
      [400, 'parameter_invalid', 'metadata[a]'],
    ],
    [
      'a number that is none',
      (s) => s.rawRequest('POST', '/v1/payment_intents', { amount: '1.5', currency: 'cny' }),
      [400, 'parameter_invalid_integer', 'amount'],
    ],
    ['a thing that is not there', (s) => s.rawRequest('GET', '/v1/charges/ch_none'), [404, 'resource_missing', 'id']],
    [
      'a page after nothing',
      (s) => s.rawRequest('GET', '/v1/charges?starting_after=ch_none'),
      [400, 'resource_missing', 'starting_after'],
    ],
    ['an operation that is not there', (s) => s.rawRequest('GET', '/v1/radar/rules'), [404, undefined, undefined]],
    [
      'v2: a field that is missing',
      (s) => s.rawRequest('POST', '/v2/money_management/outbound_payments', {}),
      [400, 'invalid_fields', undefined],
    ],
    [
      'v2: a thing that is not there',
      (s) => s.rawRequest('GET', '/v2/money_management/outbound_payments/x'),
      [404, 'not_found', undefined],
    ],
  ] as const satisfies readonly (readonly [string, (stripe: Stripe) => Promise<unknown>, readonly unknown[]])[]) {
    it(`${title}: ${expected.filter(Boolean).join(' ')}`, async () => {
      await assert.rejects(call(play().stripe), (error: unknown) => {
        assert(error instanceof Stripe.errors.StripeError);
        assert.deepEqual([error.statusCode, error.code, error.param], expected);
        return true;
      });
    });
  }

  it('lists go forth and back, with has_more, and within a time', async () => {
    const { stripe, pass } = play();
    const made: string[] = [];
    for (let n = 0; n < 7; n++) {
      made.push((await stripe.customers.create({ name: `${n}` })).id);
      pass(1_000);
    }
    const at = ({ data }: { data: { id: string }[] }): number[] => data.map(({ id }) => made.indexOf(id));
    const first = await stripe.customers.list({ limit: 3 });
    assert.deepEqual([at(first), first.has_more], [[6, 5, 4], true]);
    const last = await stripe.customers.list({ limit: 3, starting_after: made[2] ?? '' });
    assert.deepEqual([at(last), last.has_more], [[1, 0], false]);
    const back = await stripe.customers.list({ limit: 2, ending_before: made[2] ?? '' });
    assert.deepEqual([at(back), back.has_more], [[4, 3], true]);
    const from = START / 1_000;
    assert.deepEqual(at(await stripe.customers.list({ created: { gte: from + 2, lt: from + 4 } })), [3, 2]);
    const all = [];
    for await (const { id } of stripe.customers.list({ limit: 2 })) all.push(made.indexOf(id));
    assert.deepEqual(all, [6, 5, 4, 3, 2, 1, 0]);
  });
});
