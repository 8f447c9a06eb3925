import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { PayeeNow } from '../../../programs/payouts/payout.ts';
import { SCOPES, type ActorOf } from '../../actor.ts';
import { MovableClock } from '../../clock.ts';
import type { Database } from '../../database/connect.ts';
import { idMaker } from '../../database/ids.ts';
import { openModels, type Models } from '../../database/models.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/open-ledger.ts';
import { createPayout, type CreatePayout } from '../create-payout.ts';
import { mongoPayoutStore } from '../mongo-payout-store.ts';
import { versionKey, type PayeeVersionRef, type PayoutDeps } from '../payout-deps.ts';
import { reconcilePayouts } from '../reconcile-payouts.ts';
import { sendDuePayouts } from '../send-due-payouts.ts';
import { providersOf, TestProvider } from './test-provider.ts';

export const NOW = Date.UTC(2026, 2, 2, 4);
export const HOUR = 3_600_000;
export const FLOAT = 'carrier:car_1:claims_float:CNY';
export const CASH = 'cash:stripe:CNY';

export const person = (operatorId: string): ActorOf<'operator'> => ({
  kind: 'operator',
  operatorId,
  scopes: new Set(SCOPES),
});

/** Everything that payouts touch, over a test's database, with a provider and payees in memory. */
export interface PayoutWorld {
  readonly deps: PayoutDeps;
  readonly clock: MovableClock;
  readonly provider: TestProvider;
  readonly ledger: Ledger;
  readonly models: Models;
  /** Payees by id, to be changed at will. */
  readonly payees: Map<string, PayeeNow>;
  create(change?: Partial<CreatePayout>): ReturnType<typeof createPayout>;
  createWith(deps: PayoutDeps, change: Partial<CreatePayout>): ReturnType<typeof createPayout>;
  /** Money for the float and in the bank. */
  fund(amount: number): Promise<void>;
  /** The same, once for each name. */
  fundOnce(name: string, amount: number): Promise<void>;
  /** Gives a payee that version, unless it has it; long ago enough to have cooled down. */
  movePayee(payeeId: string, version: number): void;
  /** Sends and reconciles until nothing is due, moving the clock on between. */
  settle(): Promise<void>;
  balance(account: string): Promise<number>;
}

const payee = (payeeId: string, holderId: string): PayeeNow => ({
  payeeId,
  version: 1,
  setAt: NOW - 100 * HOUR,
  editor: 'opr_editor',
  verified: true,
  relation: 'self',
  holderId,
});

export function openPayoutWorld(database: Database, more: Partial<PayoutDeps> = {}): PayoutWorld {
  const clock = new MovableClock(NOW);
  const log = pino({ level: 'silent' });
  const models = openModels(database.connection);
  const ledger = openLedger({ database, clock, log });
  const provider = new TestProvider(() => clock.now());
  const payees = new Map(['pye_1', 'pye_2', 'pye_3'].map((id, at) => [id, payee(id, `per_${at + 1}`)]));
  const deps: PayoutDeps = {
    ledger,
    payouts: mongoPayoutStore(models),
    payees: {
      current: async (ids) =>
        new Map(ids.flatMap((id) => [...[payees.get(id)].flatMap((p) => (p ? [[id, p] as const] : []))])),
      destinations: async (refs: readonly PayeeVersionRef[]) =>
        new Map(
          refs.map((ref) => [
            versionKey(ref),
            { open: () => ({ kind: 'wallet' as const, scheme: 'alipay' as const, handle: versionKey(ref) }) },
          ]),
        ),
    },
    providers: providersOf(provider),
    clock,
    ids: idMaker(clock),
    log,
    ...more,
  };
  let keys = 0;
  const world: PayoutWorld = {
    deps,
    clock,
    provider,
    ledger,
    models,
    payees,
    create: (change = {}) => world.createWith(deps, change),
    createWith: (using, change) =>
      createPayout(using, {
        actor: person('opr_creator'),
        businessKey: `claim-${++keys}`,
        payeeId: 'pye_1',
        amount: { amount: 1_000_00, currency: 'CNY' },
        fundingAccount: FLOAT,
        incidentAt: NOW - 10 * HOUR,
        statementText: 'Benefit',
        ...change,
      }),
    fund: (amount) => world.fundOnce(`${++keys}`, amount),
    async fundOnce(name, amount) {
      const id = `opening:${name}`;
      const common = { kind: 'opening_balance', type: 'posted', amount, effectiveOn: '2026-03-02' } as const;
      const result = await ledger.commit({
        id,
        transfers: [
          { ...common, id: `${id}:float`, debit: 'world:test:CNY', credit: FLOAT },
          { ...common, id: `${id}:cash`, debit: CASH, credit: 'world:test:CNY' },
        ],
      });
      assert.notEqual(result.status, 'refused');
    },
    movePayee(payeeId, version) {
      const old = payees.get(payeeId) ?? assert.fail(`no ${payeeId}`);
      if (old.version < version) payees.set(payeeId, { ...old, version, setAt: NOW - 50 * HOUR });
    },
    async settle() {
      for (let round = 0; round < 60; round++) {
        while ((await sendDuePayouts(deps)).due > 0);
        await reconcilePayouts(deps);
        const left = await models.payouts
          .findOne({ nextAt: { $ne: null } })
          .sort({ nextAt: 1 })
          .lean();
        const nextAt = left?.nextAt;
        if (!nextAt) return;
        clock.set(Math.max(clock.now(), nextAt.getTime()));
      }
      assert.fail('It does not come to rest.');
    },
    async balance(account) {
      const found = await models.accounts.findById(account).lean();
      return found === null ? 0 : found.debitsPosted - found.creditsPosted;
    },
  };
  return world;
}
