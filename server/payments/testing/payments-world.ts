import { startTestApi, type TestApi } from '../../http/testing/test-api.ts';
import { useTestDatabase } from '../../database/testing/test-database.ts';
import { foldProviderEvents } from '../fold-provider-events.ts';
import type { PayeeDestination, PayoutOrder } from '../payment-port.ts';
import { readableProviderOf } from '../provider-of.ts';
import type { ReadableProvider } from '../readable-provider.ts';
import { fund } from '../sandbox/objects/balance.ts';
import { startSandbox, type RunningSandbox } from '../sandbox/sandbox-server.ts';
import { signWebhook } from '../sandbox/webhook-sender.ts';

const SECRET = 'whsec_of_the_payments_world';
/** Webhooks that cause others (none do now) would show here. */
const ROUNDS_MAX = 20;

/** The API with the real Stripe SDK against the sandbox over HTTP, both on one clock that stands. */
export interface PaymentsWorld {
  readonly api: TestApi;
  readonly sandbox: RunningSandbox;
  readonly stripe: ReadableProvider;
  /** Gives the sandbox money to pay out. */
  readonly fund: (amount: number) => void;
  /** A call of the sandbox's control, e.g. `invoices/in_1/pay`. */
  readonly control: (path: string, body?: object) => Promise<void>;
  /** Lets time pass on both sides. */
  readonly pass: (ms: number) => void;
  /** Brings all webhooks that are due to the API; answers how many it took. */
  readonly deliver: () => Promise<number>;
  /** Delivers and folds: what a minute of the jobs does. */
  readonly tick: () => ReturnType<typeof foldProviderEvents>;
}

/** Gives the `describe` that calls it a world of its own for each test. */
export function usePaymentsWorld(): { readonly world: PaymentsWorld } {
  const database = useTestDatabase();
  let world: PaymentsWorld | undefined;
  beforeEach('open the payments world', async () => {
    for (const { name } of await database.db.listCollections({}, { nameOnly: true }).toArray()) {
      if (!name.startsWith('system.') && name !== 'migrations') await database.db.collection(name).deleteMany({});
    }
    world = await openWorld(database);
  });
  afterEach('close the payments world', async () => {
    await world?.api.close();
    await world?.sandbox.close();
    world = undefined;
  });
  return {
    get world() {
      if (world === undefined) throw new Error('usePaymentsWorld(): the world exists inside tests only.');
      return world;
    },
  };
}

async function openWorld(database: ReturnType<typeof useTestDatabase>): Promise<PaymentsWorld> {
  // The sandbox needs the clock of the API, and the API the address of the sandbox.
  let api: TestApi | undefined;
  const clock = { now: () => api?.clock.now() ?? 0 };
  const sandbox = await startSandbox({
    ...{ webhookSecret: SECRET, seed: 'payments', clock },
    onTrouble: (trouble) => {
      throw new Error(trouble);
    },
  });
  const config = { stripeSecretKey: 'sk_test_12345678', stripeWebhookSecret: SECRET, stripeUrl: sandbox.url };
  const opened = (api = await startTestApi(database, { config }));
  const { core } = sandbox;
  const now = () => opened.clock.now();

  async function deliver(): Promise<number> {
    let taken = 0;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const due = core.dueWebhooks(now());
      if (due.length === 0) return taken;
      for (const { deliveryId, payload } of due) {
        const { status } = await opened
          .call('post', '/v1/webhooks/stripe')
          .set('Content-Type', 'application/json; charset=utf-8')
          .set('Stripe-Signature', signWebhook(payload, SECRET, now()))
          .send(payload);
        core.webhookAnswered(deliveryId, status === 200, now());
        if (status === 200) taken += 1;
      }
    }
    throw new Error('Webhooks do not end.');
  }

  return {
    ...{ api: opened, sandbox, deliver },
    stripe: readableProviderOf(opened.services, 'stripe'),
    fund: (amount) => void core.act(now(), (context) => fund(context, 'cny', amount)),
    async control(path, body = {}) {
      const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    },
    pass(ms) {
      opened.clock.advance(ms);
      core.advance(now());
    },
    async tick() {
      await deliver();
      return foldProviderEvents(opened.services, { now: now() });
    },
  };
}

/** A payout order, of CNY 50.00 to a bank account unless told otherwise. */
export function payoutOrder(more: Partial<PayoutOrder> = {}): PayoutOrder {
  const { payoutId = 'pyo_1', attempt = 1 } = more;
  return {
    ...{ payoutId, attempt, idempotencyKey: `${payoutId}:${attempt}`, statementText: 'Parasol claim' },
    amount: { amount: 5_000, currency: 'CNY' },
    destination: bankAccount('6222020200112233'),
    ...more,
  };
}

export function bankAccount(accountNumber: string): PayeeDestination {
  return { kind: 'bank_account', holder: 'Wang Xiaoming', country: 'CN', bankCode: '102100099996', accountNumber };
}
