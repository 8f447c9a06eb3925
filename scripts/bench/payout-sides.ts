import { MongoClient, type Collection, type Document } from 'mongodb';
import { pino } from 'pino';
import { systemClock } from '../../server/clock.ts';
import { connect } from '../../server/database/connect.ts';
import { idMaker } from '../../server/database/ids.ts';
import { toLong } from '../../server/database/longs.ts';
import { openModels } from '../../server/database/models.ts';
import { openLedger } from '../../server/ledger/open-ledger.ts';
import type { SendAnswer } from '../../server/payments/payment-port.ts';
import { booksOf } from '../../server/payments/sandbox/books.ts';
import { InProcessHttpClient } from '../../server/payments/sandbox/in-process-http-client.ts';
import { fund } from '../../server/payments/sandbox/objects/balance.ts';
import { SandboxCore } from '../../server/payments/sandbox/sandbox-core.ts';
import { openSentLog } from '../../server/payments/stripe/sent-log.ts';
import { openStripeProvider } from '../../server/payments/stripe/stripe-provider.ts';
import { createPayout } from '../../server/payouts/create-payout.ts';
import { mongoPayoutStore } from '../../server/payouts/mongo-payout-store.ts';
import { versionKey, type PayoutDeps } from '../../server/payouts/payout-deps.ts';

const DAY = '2026-03-02';
const FLOAT = 'carrier:car_bench:claims_float:CNY';
const CASH = 'cash:stripe:CNY';
const AMOUNT = 1_00;
const DESTINATION = { kind: 'connected_account', accountId: 'acct_sandbox_ok' } as const;

/** Our side: the production use cases, ledger and store over a connection of their own, and the sandbox in this process. */
export interface OurPayouts {
  readonly deps: PayoutDeps;
  readonly core: SandboxCore;
  /** A payout that is ready, under a key that nobody used; answers its id. */
  create(): Promise<string>;
  /** Payouts for which the sandbox let money go more than once. */
  doubled(): number;
  close(): Promise<void>;
}

/** Payouts go to one connected account of many persons: one call each, and the money is there at once. */
export async function openOurPayouts(uri: string, needed: number): Promise<OurPayouts> {
  const database = await connect({ uri, poolSizeMax: 12 });
  const models = openModels(database.connection);
  const log = pino({ level: 'error' });
  const ledger = openLedger({ database, clock: systemClock, log });
  const core = new SandboxCore({ seed: 'bench', webhooks: false });
  core.act(systemClock.now(), (context) => fund(context, 'cny', 10 * needed * AMOUNT));
  const provider = openStripeProvider({
    access: async () => ({ secretKey: 'sk_test_bench' }),
    ...{ webhookSecrets: [], live: false, sandbox: true, sentLog: openSentLog(models) },
    transport: { httpClient: new InProcessHttpClient(core, systemClock) },
  });
  const startedAt = systemClock.now();
  const payee = (payeeId: string) => ({
    ...{ payeeId, version: 1, setAt: startedAt - 1, editor: 'opr_editor', verified: true, relation: 'self' as const },
    holderId: payeeId.replace('pye', 'per'),
  });
  const deps: PayoutDeps = {
    ledger,
    payouts: mongoPayoutStore(models),
    payees: {
      current: async (ids) => new Map(ids.map((id) => [id, payee(id)])),
      destinations: async (refs) => new Map(refs.map((ref) => [versionKey(ref), { open: () => DESTINATION }])),
    },
    providers: { stripe: provider, bank_file: provider },
    ...{ clock: systemClock, ids: idMaker(systemClock), log },
  };
  await payIn(deps, 10 * needed * AMOUNT);
  const actor = { kind: 'operator', operatorId: 'opr_bench', scopes: new Set<never>() } as const;
  let made = 0;
  return {
    deps,
    core,
    async create() {
      const number = ++made;
      const { payout } = await createPayout(deps, {
        ...{ actor, businessKey: `bench:${startedAt}:${number}`, payeeId: `pye_${number}`, fundingAccount: FLOAT },
        ...{ amount: { amount: AMOUNT, currency: 'CNY' }, incidentAt: startedAt, statementText: 'Benefit' },
      });
      return payout.id;
    },
    doubled: () => booksOf(core.store).doubled.length,
    async close() {
      await ledger.drain();
      await database.close();
    },
  };
}

async function payIn({ ledger }: PayoutDeps, amount: number): Promise<void> {
  const common = { kind: 'opening_balance', type: 'posted', amount, effectiveOn: DAY } as const;
  const id = `bench:opening:${systemClock.now()}`;
  const result = await ledger.commit({
    id,
    transfers: [
      { ...common, id: `${id}:float`, debit: 'world:bench:CNY', credit: FLOAT },
      { ...common, id: `${id}:cash`, debit: CASH, credit: 'world:bench:CNY' },
    ],
  });
  if (result.status !== 'committed') throw new Error(`Money could not be paid in: ${JSON.stringify(result)}`);
}

/** The rival: the raw driver, our documents with our indexes, no rules, and its commits one by one. */
export interface RivalPayouts {
  /** Ready payouts to be paid; answers their ids. */
  prepare(count: number): Promise<readonly string[]>;
  /** One payout from ready to booked. */
  pay(id: string): Promise<void>;
  close(): Promise<void>;
}

type Row = Document & { readonly _id: string };

/**
 * What it commits for each payout (M11): (1) lease and key, one guarded update; then the same call of the same sandbox;
 * (2) one transaction: the payout's new state with its attempt and timeline, the transfer that posts, the totals of the two
 * accounts, the outbox row. A transaction that loses a race is tried again by the driver's own `withTransaction`.
 * `template` is one of our own ready payouts as it is stored.
 */
export async function openRivalPayouts(
  uri: string,
  poolSize: number,
  template: Row,
  send: (payoutId: string) => Promise<SendAnswer>,
): Promise<RivalPayouts> {
  const client = new MongoClient(uri, {
    maxPoolSize: poolSize,
    writeConcern: { w: 'majority', journal: true },
    promoteLongs: false,
  });
  await client.connect();
  const payouts = await likeOurs(client, 'payouts');
  const transfers = await likeOurs(client, 'ledger_transfers');
  const accounts = await likeOurs(client, 'ledger_accounts');
  const events = await likeOurs(client, 'events');
  for (const _id of [FLOAT, CASH]) {
    const zero = {
      debitsPending: toLong(0),
      debitsPosted: toLong(0),
      creditsPending: toLong(0),
      creditsPosted: toLong(0),
    };
    await accounts.updateOne({ _id }, { $setOnInsert: { currency: 'CNY', seq: toLong(0), ...zero } }, { upsert: true });
  }
  const toldBefore: readonly unknown[] = Array.isArray(template.timeline) ? template.timeline : [];
  let made = 0;
  return {
    async prepare(count) {
      const rows = Array.from({ length: count }, () => {
        const _id = `rival_${poolSize}_${systemClock.now()}_${++made}`;
        return { ...template, _id, businessKey: _id };
      });
      await payouts.insertMany(rows);
      return rows.map(({ _id }) => _id);
    },
    async pay(_id) {
      const now = new Date(systemClock.now());
      const until = new Date(now.getTime() + 60_000);
      const attempt = {
        ...{ number: 1, key: `${_id}:1`, keyedAt: now, payeeVersion: 1, outcome: 'open' },
        ...NOTHING_YET,
      };
      const claimed = await payouts.updateOne(
        { _id, version: 1, state: 'ready' },
        {
          $set: {
            state: 'sending',
            stateSince: now,
            version: 2,
            nextAt: until,
            lease: { token: _id, until },
            attempts: [attempt],
          },
        },
      );
      if (claimed.modifiedCount !== 1) throw new Error(`${_id} was not ready.`);
      const answer = await send(_id);
      if (answer.outcome !== 'sent') throw new Error(`The sandbox answered ${answer.outcome}.`);
      const paid = { ...attempt, outcome: 'posted', endedAt: now, providerRef: answer.providerRef };
      const amount = toLong(AMOUNT);
      await client.withSession((session) =>
        session.withTransaction(async () => {
          const booked = await payouts.updateOne(
            { _id, version: 2, 'lease.token': _id },
            {
              $set: {
                state: 'paid',
                stateSince: now,
                version: 3,
                events: 2,
                nextAt: null,
                lease: null,
                attempts: [paid],
                timeline: [...toldBefore, { at: now, state: 'paid', by: 'system', note: null }],
              },
            },
            { session },
          );
          if (booked.modifiedCount !== 1) throw new Error(`${_id} was booked by another.`);
          const post = {
            kind: 'payout',
            type: 'post',
            debit: FLOAT,
            credit: CASH,
            amount,
            currency: 'CNY',
            resolves: `${_id}:1`,
          };
          const seqs = { debitSeq: toLong(made), creditSeq: toLong(made) };
          const common = { unitId: _id, hash: _id.padEnd(43, '0'), reserved: amount, bookedAt: now, effectiveOn: DAY };
          await transfers.insertOne(
            { _id: `${_id}:1:post`, ...post, ...common, ...seqs, refs: { payoutId: _id } },
            { session },
          );
          await accounts.updateOne({ _id: FLOAT }, { $inc: { debitsPosted: AMOUNT, seq: 1 } }, { session });
          await accounts.updateOne({ _id: CASH }, { $inc: { creditsPosted: AMOUNT, seq: 1 } }, { session });
          const about = { payoutId: _id, payeeId: _id, amount: { amount: AMOUNT, currency: 'CNY' }, state: 'paid' };
          const told = {
            type: 'payout.paid',
            aggregateId: _id,
            sequence: 2,
            occurredAt: now,
            recordedAt: now,
            data: about,
          };
          const audience = { audience: { kind: 'operators' }, audienceKey: 'operators', unplaced: true };
          await events.insertOne({ _id: `evt_${_id}`, ...told, ...audience }, { session });
        }),
      );
    },
    close: () => client.close(),
  };
}

const NOTHING_YET = { fault: null, endedAt: null, providerRef: null, words: null };

/** A collection of the rival's with the indexes of ours. */
async function likeOurs(client: MongoClient, name: string): Promise<Collection<Row>> {
  const db = client.db();
  const rival = `rival_${name}`;
  const collection = db.collection<Row>(rival);
  if ((await db.listCollections({ name: rival }).toArray()).length > 0) return collection;
  await db.createCollection(rival);
  for (const { key, name: index, unique, partialFilterExpression } of await db.collection(name).indexes()) {
    if (index === '_id_') continue;
    await collection.createIndex(key, {
      ...(unique === undefined ? {} : { unique }),
      ...(partialFilterExpression === undefined ? {} : { partialFilterExpression }),
    });
  }
  return collection;
}
