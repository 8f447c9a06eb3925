import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { Database } from '../../database/connect.ts';
import { local } from '../../covers/testing/open-shifts.ts';
import { openServices, type OpenServices } from '../../open-services.ts';
import { openPolicy } from '../../policies/open-policy.ts';
import { openWorld, policyInput, type World } from '../../platforms/testing/open-world.ts';
import type { IncomingEvent, IntakeResult } from '../../shifts/shift-intake.ts';
import { availableIn, depositAccount } from '../deposit-accounts.ts';

export const PLATFORM = 'plt_a';
export const CURRENCY = 'CNY';
/** Of a rider's day, in fen. */
export const PRICE = 300;

/** `plt_a` with a prepaid policy `pol_prepaid` (rider's day) from January on, at noon of the test's day. */
export async function openPrepaid(database: Database): Promise<World> {
  const world = await openWorld(database);
  world.clock.set(local('12:00', '2026-01-01'));
  await openPolicy(world.services, policyInput({ policyId: 'pol_prepaid', prepaid: true }));
  world.clock.set(local('12:00'));
  return world;
}

/** Another process on the same database and clock. */
export async function openProcess({ services, clock }: World): Promise<OpenServices> {
  const { config, database } = services;
  return openServices({ config, database, clock, log: pino({ level: 'silent' }) });
}

/** Puts money into the deposit out of nowhere. */
export async function fillDeposit({ ledger }: OpenServices, id: string, amount: number): Promise<void> {
  const result = await ledger.commit({
    id,
    transfers: [
      {
        id: `${id}:in`,
        kind: 'opening_balance',
        type: 'posted',
        debit: `world:test:${CURRENCY}`,
        credit: depositAccount(PLATFORM, CURRENCY),
        amount,
        effectiveOn: '2026-03-01',
      },
    ],
  });
  assert.equal(result.status, 'committed');
}

/** The start of a worker's shift at noon. */
export const startOf = (worker: string, more: Partial<IncomingEvent> = {}): IncomingEvent => ({
  source: 'https://a.example/shifts',
  id: `start-${worker}`,
  type: 'shift.started',
  time: local('12:00'),
  data: { workerId: worker, shiftId: `shift-${worker}`, occupationClass: 'rider', territory: 'CN' },
  ...more,
});

/** Reports the starts at once, each in a request of its own. */
export async function startAll(services: OpenServices, workers: readonly string[]): Promise<readonly IntakeResult[]> {
  const sent = await Promise.all(
    workers.map((worker) => services.intake.submit([startOf(worker)], { platformId: PLATFORM, via: 'api' })),
  );
  return sent.flat();
}

/** How many results have this outcome (or status, where there is no decision). */
export const countOf = (results: readonly IntakeResult[], outcome: string): number =>
  results.filter((result) => ('decision' in result ? result.decision.outcome : result.status) === outcome).length;

export const workers = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

/** What the deposit and all envelopes hold, and what was drawn: minor units. */
export async function moneyOf({ models }: Pick<OpenServices, 'models'>) {
  const accounts = await models.accounts.find().lean();
  const sum = (pattern: RegExp): number =>
    accounts
      .filter(({ _id }) => pattern.test(_id))
      .reduce((total, { creditsPosted, debitsPosted }) => total + creditsPosted - debitsPosted, 0);
  return {
    deposit: await availableIn({ models }, depositAccount(PLATFORM, CURRENCY)),
    envelopes: sum(/^envelope:/),
    prepaid: sum(/^policy:.*:prepaid:/),
  };
}

const KEPT = new Set(['migrations', 'platforms', 'carriers', 'policy_revisions', 'api_keys']);

/** Empties what a test wrote; platforms, carriers and policies stay. */
export async function clearPrepaid({ database }: Pick<OpenServices, 'database'>): Promise<void> {
  const collections = await database.db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  const names = collections.map(({ name }) => name).filter((name) => !KEPT.has(name) && !name.startsWith('system.'));
  await Promise.all(names.map((name) => database.db.collection(name).deleteMany({})));
}

/** A top-up `top_1` of 3,000 fen, as it stands beside its payments. */
export async function storeTopUp({ models, clock }: Pick<OpenServices, 'models' | 'clock'>, state: 'open' | 'paid') {
  await models.topUps.create({
    ...{ _id: 'top_1', platformId: PLATFORM, reference: 'r', amount: 3_000, currency: CURRENCY, state },
    ...{ successUrl: 'https://x.example', cancelUrl: 'https://x.example', idempotencyKey: 'top_1:1' },
    createdAt: new Date(clock.now()),
  });
}
