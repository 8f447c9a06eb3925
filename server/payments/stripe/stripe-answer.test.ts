import assert from 'node:assert/strict';
import { freePort } from '../../database/embedded/mongod-process.ts';
import type { PayoutOrder, SendAnswer } from '../payment-port.ts';
import { fails, startScriptedServer, type Script, type ScriptedServer } from '../testing/scripted-server.ts';
import { openStripeClient } from './stripe-client.ts';
import { sendStripePayout } from './stripe-payouts.ts';

const ORDER: PayoutOrder = {
  payoutId: 'pyo_1',
  attempt: 1,
  idempotencyKey: 'pyo_1:1',
  amount: { amount: 12_345, currency: 'CNY' },
  destination: { kind: 'connected_account', accountId: 'acct_1' },
  statementText: 'Parasol claim',
};
const NOTHING_V2 = {
  sentLog: {
    note: () => Promise.resolve(),
    mayHaveSent: () => Promise.resolve(false),
    recipientsOf: () => Promise.resolve([]),
  },
  financialAccountOf: () => Promise.resolve('fa_1'),
};

type Outcome = SendAnswer['outcome'];

/** v1: what Stripe answers to a transfer, and what is certain then. */
const ANSWERS: readonly [what: string, script: Script, outcome: Outcome, code?: string][] = [
  [
    '400 refused',
    fails(400, { type: 'invalid_request_error', code: 'balance_insufficient' }),
    'refused',
    'balance_insufficient',
  ],
  [
    '400 wrong parameter',
    fails(400, { type: 'invalid_request_error', code: 'parameter_invalid_integer' }),
    'refused',
    'parameter_invalid_integer',
  ],
  [
    '402 declined',
    fails(402, { type: 'card_error', code: 'card_declined', decline_code: 'do_not_honor' }),
    'refused',
    'do_not_honor',
  ],
  [
    '404 no such account',
    fails(404, { type: 'invalid_request_error', code: 'resource_missing' }),
    'refused',
    'resource_missing',
  ],
  ['422 refused', fails(422, { type: 'invalid_request_error', code: 'unprocessable' }), 'refused', 'unprocessable'],
  [
    '401 our key is wrong',
    fails(401, { type: 'invalid_request_error', code: 'api_key_expired' }),
    'try_again',
    'api_key_expired',
  ],
  [
    '403 our key lacks a right',
    fails(403, { type: 'invalid_request_error', code: 'permission_denied' }),
    'try_again',
    'permission_denied',
  ],
  ['429 too many', fails(429, { type: 'invalid_request_error', code: 'rate_limit' }), 'try_again', 'rate_limit'],
  [
    '429 the object is locked',
    fails(429, { type: 'invalid_request_error', code: 'lock_timeout' }),
    'try_again',
    'lock_timeout',
  ],
  [
    '400 rate limit in disguise',
    fails(400, { type: 'invalid_request_error', code: 'rate_limit' }),
    'try_again',
    'rate_limit',
  ],
  [
    '409 the key is in use',
    fails(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' }),
    'try_again',
    'idempotency_key_in_use',
  ],
  ['409 a conflict', fails(409, { type: 'invalid_request_error', code: 'conflict' }), 'try_again', 'conflict'],
  ['400 the key was used for something else', fails(400, { type: 'idempotency_error' }), 'unknown'],
  ['408 timeout at the other side', fails(408, { type: 'api_error' }), 'unknown'],
  ['500', fails(500, { type: 'api_error' }), 'unknown'],
  ['500 that v1 replays for the key', fails(500, { type: 'api_error' }, { 'Idempotent-Replayed': 'true' }), 'unknown'],
  ['502 of a proxy, no JSON', (_req, res) => void res.writeHead(502).end('<html>Bad gateway</html>'), 'unknown'],
  ['503', fails(503, { type: 'api_error' }), 'unknown'],
  [
    '200 with half a body',
    (_req, res) => void res.writeHead(200, { 'Content-Length': '500' }).end('{"id":"tr_1"', () => res.destroy()),
    'unknown',
  ],
  ['200 that is no JSON', (_req, res) => void res.writeHead(200).end('ok'), 'unknown'],
  ['a reset before an answer', (req) => void req.socket.resetAndDestroy(), 'unknown'],
  ['a connection closed before an answer', (req) => void req.socket.destroy(), 'unknown'],
  ['no answer in time', () => undefined, 'unknown'],
];

describe('answers of Stripe', () => {
  let server: ScriptedServer;
  before(async () => (server = await startScriptedServer()));
  after(() => server.close());

  for (const [what, script, outcome, code] of ANSWERS) {
    it(`${what}: ${outcome}, asked once`, async () => {
      server.answer(script);
      const stripe = openStripeClient({ secretKey: 'sk_test_12345678', url: server.url }, { answerMsMax: 300 });
      const answer = await sendStripePayout(stripe, ORDER, NOTHING_V2);
      assert.equal(answer.outcome, outcome, JSON.stringify(answer));
      assert.equal('code' in answer ? answer.code : undefined, code);
      assert.equal(server.count, 1);
    });
  }

  it('nobody listens: try_again, for nothing was sent', async () => {
    const stripe = openStripeClient({ secretKey: 'sk_test_12345678', url: `http://127.0.0.1:${await freePort()}` });
    const answer = await sendStripePayout(stripe, ORDER, NOTHING_V2);
    assert.deepEqual([answer.outcome, 'code' in answer && answer.code], ['try_again', 'provider_unreachable']);
  });

  it("sends our own key, the payout's group and metadata, and no telemetry", async () => {
    let seen: Record<string, unknown> = {};
    server.answer((req, res) => {
      seen = req.headers;
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"id":"tr_9","object":"transfer"}');
    });
    const stripe = openStripeClient({ secretKey: 'sk_test_12345678', url: server.url });
    assert.deepEqual(await sendStripePayout(stripe, ORDER, NOTHING_V2), {
      outcome: 'sent',
      providerRef: 'tr_9',
      state: 'posted',
    });
    assert.equal(seen['idempotency-key'], 'pyo_1:1');
    assert.equal(seen['x-stripe-client-telemetry'], undefined);
  });

  it('refuses what Stripe cannot say exactly, before it is asked', async () => {
    server.answer(fails(500, {}));
    const stripe = openStripeClient({ secretKey: 'sk_test_12345678', url: server.url });
    const odd = { ...ORDER, amount: { amount: 12_345, currency: 'TWD' } };
    const answer = await sendStripePayout(stripe, odd, NOTHING_V2);
    assert.deepEqual([answer.outcome, server.count], ['refused', 0]);
  });

  it('a live key never talks to another host', () => {
    assert.throws(() => openStripeClient({ secretKey: 'sk_live_12345678', url: server.url }), /Stripe's own address/);
  });

  /** v2 payouts need three calls; only the last one moves money. */
  const V2: readonly [what: string, failing: string, script: Script, outcome: Outcome][] = [
    ['recipient, reset', '/v2/core/accounts', (req) => void req.socket.destroy(), 'try_again'],
    ['recipient, 500', '/v2/core/accounts', fails(500, { type: 'api_error' }), 'try_again'],
    ['recipient, refused', '/v2/core/accounts', fails(400, { code: 'invalid_fields' }), 'refused'],
    [
      'payout method, refused',
      '/v2/money_management/outbound_setup_intents',
      fails(400, { type: 'invalid_payout_method', code: 'invalid' }),
      'refused',
    ],
    ['payment, reset', '/v2/money_management/outbound_payments', (req) => void req.socket.destroy(), 'unknown'],
    ['payment, 500', '/v2/money_management/outbound_payments', fails(500, { type: 'api_error' }), 'unknown'],
    ['payment, 429', '/v2/money_management/outbound_payments', fails(429, { type: 'rate_limit' }), 'try_again'],
    [
      'payment, key in use',
      '/v2/money_management/outbound_payments',
      fails(409, { type: 'idempotency_error' }),
      'try_again',
    ],
    [
      'payment, no funds',
      '/v2/money_management/outbound_payments',
      fails(400, { type: 'insufficient_funds' }),
      'refused',
    ],
    [
      'payment, blocked',
      '/v2/money_management/outbound_payments',
      fails(400, { type: 'blocked_by_stripe' }),
      'refused',
    ],
    ['payment, quota', '/v2/money_management/outbound_payments', fails(429, { type: 'quota_exceeded' }), 'try_again'],
    [
      'payment, feature off',
      '/v2/money_management/outbound_payments',
      fails(403, { type: 'feature_not_enabled' }),
      'refused',
    ],
  ];
  for (const [what, failing, script, outcome] of V2) {
    it(`bank account, ${what}: ${outcome}`, async () => {
      server.answer((req, res) => {
        if (req.url === failing) return script(req, res);
        const body = { id: 'x_1', payout_method: { id: 'pm_1' }, status: 'processing' };
        res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
      });
      const stripe = openStripeClient({ secretKey: 'sk_test_12345678', url: server.url });
      const destination = {
        kind: 'bank_account',
        holder: 'A Person',
        country: 'CN',
        bankCode: '103100000026',
        accountNumber: '6222000000000000',
      } as const;
      const answer = await sendStripePayout(stripe, { ...ORDER, destination }, NOTHING_V2);
      assert.equal(answer.outcome, outcome, JSON.stringify(answer));
    });
  }

  it('a recipient that is refused after the payment may have gone out under the same key: unknown', async () => {
    const keys = new Set<string>();
    const sentLog = {
      note: async ({ idempotencyKey }: PayoutOrder) => void keys.add(idempotencyKey),
      mayHaveSent: async ({ idempotencyKey }: PayoutOrder) => keys.has(idempotencyKey),
      recipientsOf: () => Promise.resolve(['x_1']),
    };
    const stripe = openStripeClient({ secretKey: 'sk_test_12345678', url: server.url });
    const order = { ...ORDER, destination: { kind: 'wallet', scheme: 'alipay', handle: '13800000000' } } as const;
    const send = async (attempt: number, failing: string, script: Script): Promise<Outcome> => {
      server.answer((req, res) => {
        if (req.url === failing) return script(req, res);
        const body = { id: 'x_1', payout_method: { id: 'pm_1' }, status: 'processing' };
        res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
      });
      const keyed = { ...order, attempt, idempotencyKey: `pyo_1:${attempt}` };
      return (await sendStripePayout(stripe, keyed, { ...NOTHING_V2, sentLog })).outcome;
    };
    const lost: Script = (req) => void req.socket.destroy();
    assert.equal(await send(1, '/v2/money_management/outbound_payments', lost), 'unknown');
    assert.equal(await send(1, '/v2/core/accounts', fails(400, { code: 'invalid_fields' })), 'unknown');
    assert.equal(await send(2, '/v2/core/accounts', fails(400, { code: 'invalid_fields' })), 'refused');
  });
});
