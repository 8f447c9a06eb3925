import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { accountId } from '../../../programs/ledger/chart.ts';
import { createCarrier } from '../../../server/carriers/create-carrier.ts';
import { readConfig } from '../../../server/config.ts';
import { makeScratchFolder, type ScratchFolder } from '../../../server/database/testing/scratch-folder.ts';
import type { OpenServices } from '../../../server/open-services.ts';
import { createPayee } from '../../../server/payees/set-payee.ts';
import { verifyPayee } from '../../../server/payees/verify-payee.ts';
import { openPayouts } from '../../../server/payouts/open-payouts.ts';
import { openAll } from '../../../server/run-program.ts';
import { openChaosApi, type ChaosApi } from '../chaos-api.ts';
import { startChaosDatabase, type ChaosDatabase } from '../chaos-database.ts';
import { startChaosProcess, type ChaosProcess } from './chaos-process.ts';
import { openChaosSandbox, type ChaosSandbox } from './chaos-sandbox.ts';
import { BANK_ACCOUNTS, ordersAsEnvironment, type WorkerOrders } from './worker-orders.ts';

/** Everything that a run torments: three databases, the fake, an API that takes its webhooks, and workers. */
export interface PayoutChaosWorld {
  readonly database: ChaosDatabase;
  /** Of the auditor and of fail points: no code of the server between. */
  readonly client: MongoClient;
  readonly sandbox: ChaosSandbox;
  readonly api: ChaosApi;
  /** Calm services, for what is not tormented. */
  readonly services: OpenServices;
  /** Money that the cash account and the fake began with; minor units. */
  readonly funded: number;
  /** What was put into each account that pays, so far. */
  readonly floats: ReadonlyMap<string, number>;
  readonly payees: readonly string[];
  readonly cashAccount: string;
  readonly say: (line: string) => void;
  /** Money for the account that never has enough. */
  topUp(amount: number): Promise<void>;
  /** Starts a worker; `onLine` gets what it says. */
  startWorker(orders: Partial<WorkerOrders> & Pick<WorkerOrders, 'role'>, onLine: (line: string) => void): ChaosProcess;
}

const OPERATOR = { kind: 'operator', operatorId: 'opr_chaos', scopes: new Set<never>() } as const;
const VERIFIER = { ...OPERATOR, operatorId: 'opr_verifier' } as const;
const WEBHOOK_SECRET = 'whsec_chaos_0123456789abcdef';
const FUNDED = 1_000_000_000;
/** Not enough for the first payouts that draw on it. */
const POORLY_FUNDED = 250;
const TOP_UP_TRIES = 60;
/** Bank accounts take the way over webhooks; connected accounts answer at once; the last one's payments fail. */
const DESTINATIONS = [
  ...['ok', 'ok', 'ok'].map((name) => ({ kind: 'connected_account', accountId: `acct_sandbox_${name}` }) as const),
  ...['000123456789', BANK_ACCOUNTS[0], '000111111116'].map(
    (accountNumber) =>
      ({ kind: 'bank_account', holder: 'Chaos', country: 'US', bankCode: '110000000', accountNumber }) as const,
  ),
];

/** Starts everything, lets `use` do its worst, and ends it by process number; the logs stay when it failed. */
export async function withPayoutWorld<T>(
  say: (line: string) => void,
  use: (world: PayoutChaosWorld) => Promise<T>,
): Promise<T> {
  const scratch = makeScratchFolder();
  const logs = mkdtempSync(join(tmpdir(), 'parasol-chaos-payouts-'));
  const stops: (() => Promise<unknown> | void)[] = [() => scratch.clear()];
  let done = false;
  try {
    const database = await startChaosDatabase(scratch, 'payouts', 3, { enableTestCommands: 1 });
    stops.push(() => database.stop());
    const client = new MongoClient(database.uri);
    stops.push(() => client.close());
    const world = await openWorld({ scratch, logs, database, client, say }, stops);
    const result = await use(world);
    done = true;
    return result;
  } finally {
    for (const stop of stops.reverse()) await stop();
    if (done) rmSync(logs, { recursive: true, force: true });
    else say(`the logs of workers, API and sandbox are in ${logs}`);
  }
}

interface Base {
  readonly scratch: ScratchFolder;
  readonly logs: string;
  readonly database: ChaosDatabase;
  readonly client: MongoClient;
  readonly say: (line: string) => void;
}

async function openWorld(
  { scratch, logs, database, client, say }: Base,
  stops: (() => Promise<unknown> | void)[],
): Promise<PayoutChaosWorld> {
  const dataDir = join(scratch.path, 'data');
  // The API's port is known before it starts, so that the sandbox can be told where its webhooks go.
  const settings: Record<string, string> = {
    STRIPE_SECRET_KEY: 'sk_test_chaos_12345678',
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  };
  const api = await openChaosApi({
    ...{ scratch, dataDir, settings, databaseUri: database.uri, logFile: join(logs, 'api.log') },
  });
  const sandbox = await openChaosSandbox(scratch, {
    logFile: join(logs, 'sandbox.log'),
    webhookUrl: `http://127.0.0.1:${api.port}/v1/webhooks/stripe`,
    webhookSecret: WEBHOOK_SECRET,
  });
  settings['PARASOL_STRIPE_URL'] = sandbox.url;
  await sandbox.start();
  stops.push(() => sandbox.kill());

  const environment = {
    ...settings,
    MONGODB_URI: database.uri,
    PARASOL_DATA_DIR: dataDir,
    PARASOL_LOG_LEVEL: 'error',
  };
  const calm = readConfig({ NODE_ENV: 'test', ...environment });
  const { services, close } = await openAll(calm, 'parasol-chaos-calm', () => undefined);
  stops.push(close);
  const { payees, fundingAccount, poorAccount, cashAccount } = await makeMoney(services);
  const floats = new Map([
    [fundingAccount, FUNDED],
    [poorAccount, POORLY_FUNDED],
  ]);
  await sandbox.control('fund', { currency: 'cny', amount: FUNDED });
  await api.start();
  stops.push(() => api.kill());

  const workers = new Set<ChaosProcess>();
  stops.push(() => Promise.all([...workers].map((worker) => worker.kill())));
  return {
    ...{ database, client, sandbox, api, services, funded: FUNDED, floats, payees, cashAccount, say },
    async topUp(amount) {
      const funded = (floats.get(poorAccount) ?? 0) + amount;
      await fundFloat(services, { id: `chaos:up-to:${funded}`, account: poorAccount, amount });
      floats.set(poorAccount, funded);
    },
    startWorker(orders, onLine) {
      const all: WorkerOrders = { dieAfter: 1, first: 1, last: 0, payees, fundingAccount, poorAccount, ...orders };
      const worker = startChaosProcess({
        ...{ scratch, onLine, script: './payout-worker.ts', logFile: join(logs, 'workers.log') },
        environment: { ...environment, PARASOL_LOG_LEVEL: 'warn', ...ordersAsEnvironment(all) },
      });
      workers.add(worker);
      void worker.ended.then(() => workers.delete(worker));
      return worker;
    },
  };
}

interface Money {
  readonly payees: readonly string[];
  readonly fundingAccount: string;
  readonly poorAccount: string;
  readonly cashAccount: string;
}

/** A carrier with a float, another one with hardly any, cash to pay from, and verified payees. */
async function makeMoney(services: OpenServices): Promise<Money> {
  const carrier = await createCarrier(services, { actor: OPERATOR, name: 'Chaos Insurance', licence: 'CHAOS-1' });
  const poor = await createCarrier(services, { actor: OPERATOR, name: 'Poor Insurance', licence: 'CHAOS-2' });
  const payees: string[] = [];
  for (const [index, destination] of DESTINATIONS.entries()) {
    const holder = { kind: 'carrier', id: carrier._id } as const;
    const input = { actor: OPERATOR, holder, name: `account ${index}`, relation: 'carrier', destination } as const;
    const payee = await createPayee(services, input);
    const verified = { actor: VERIFIER, payeeId: payee._id, version: payee.version, method: 'document' } as const;
    await verifyPayee(services, openPayouts(services), verified);
    payees.push(payee._id);
  }
  const fundingAccount = accountId('carrier:*:claims_float', 'CNY', carrier._id);
  const poorAccount = accountId('carrier:*:claims_float', 'CNY', poor._id);
  const cashAccount = accountId('cash:*', 'CNY', 'stripe');
  await book(services, { id: 'chaos:cash', debit: cashAccount, credit: WORLD, amount: FUNDED });
  await fundFloat(services, { id: 'chaos:float', account: fundingAccount, amount: FUNDED });
  await fundFloat(services, { id: 'chaos:poor', account: poorAccount, amount: POORLY_FUNDED });
  return { payees, fundingAccount, poorAccount, cashAccount };
}

const WORLD = accountId('world:*', 'CNY', 'chaos');

interface Booking {
  readonly id: string;
  readonly debit: string;
  readonly credit: string;
  readonly amount: number;
}

const fundFloat = (
  services: OpenServices,
  { id, account, amount }: { readonly id: string; readonly account: string; readonly amount: number },
): Promise<void> => book(services, { id, debit: WORLD, credit: account, amount });

/** Once, however often it has to be tried while a primary is elected. */
async function book(services: OpenServices, { id, ...booking }: Booking): Promise<void> {
  const transfer = { kind: 'opening_balance', type: 'posted', effectiveOn: '2026-01-01', id, ...booking } as const;
  for (let tries = 1; ; tries++) {
    try {
      const result = await services.ledger.commit({ id, transfers: [transfer] });
      if (result.status === 'refused') throw new Error(result.message);
      return;
    } catch (error) {
      if (tries === TOP_UP_TRIES) throw error;
      await pause(500);
    }
  }
}
