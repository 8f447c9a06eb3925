import { setTimeout as pause } from 'node:timers/promises';
import type { FaultRule } from '../../../server/payments/sandbox/faults.ts';
import type { PayoutPoint } from '../../../server/payouts/payout-points.ts';
import type { Chance } from '../traffic.ts';
import { DATABASE } from '../write-monitor.ts';
import type { PayoutChaosWorld } from './payout-world.ts';
import { CHAOS_APP, MOVING_PAYEE } from './worker-orders.ts';

const OPERATIONS = ['outbound_payments.create', 'transfers.create', 'outbound_payments.list', 'transfers.list'];
const KINDS: readonly FaultRule['kind'][] = ['500', 'reset', '409', '429', 'reset', '500', 'timeout', 'slow'];

/**
 * Faults of the provider before and after the effect, each for the next call that it fits. The first version of Stripe's API
 * answers a key with the same 500 for a day, also when nothing happened: that is left to the simulation, which has days.
 */
export function providerFaults(chance: Chance, count: number): FaultRule[] {
  return Array.from({ length: count }, () => {
    const operation = OPERATIONS[Math.floor(chance() ** 2 * OPERATIONS.length)] ?? '*';
    const kind = KINDS[Math.floor(chance() * KINDS.length)] ?? '500';
    const isBefore = chance() < 0.4 && !(operation === 'transfers.create' && kind === '500');
    return { operation, kind, phase: isBefore ? 'before' : 'after', times: 1 };
  });
}

const COMMANDS = ['commitTransaction', 'commitTransaction', 'insert', 'update', 'find', 'aggregate'];

/** Lets the next commands of the workers fail: before they are done, or, of commits, after it. */
export async function failDatabase({ client }: PayoutChaosWorld, chance: Chance): Promise<void> {
  const command = COMMANDS[Math.floor(chance() * COMMANDS.length)] ?? 'commitTransaction';
  const how =
    command === 'commitTransaction' && chance() < 0.5
      ? { writeConcernError: { code: 91, errmsg: 'chaos: done, and then the connection was shut down' } }
      : chance() < 0.6
        ? { closeConnection: true }
        : { errorCode: 189 };
  await client.db('admin').command({
    configureFailPoint: 'failCommand',
    mode: { times: 1 + Math.floor(chance() * 3) },
    data: { failCommands: [command], appName: CHAOS_APP, ...how },
  });
}

/** Switches the fail point off; answers how many commands it failed. */
export async function databaseFaultsMet({ client }: PayoutChaosWorld): Promise<number> {
  const { count }: { count?: unknown } = await client
    .db('admin')
    .command({ configureFailPoint: 'failCommand', mode: 'off' });
  return typeof count === 'number' ? count : 0;
}

/** The primary steps down for some seconds, as in an upgrade. Answers whether another term began. */
export async function stepDown({ client, database }: PayoutChaosWorld): Promise<boolean> {
  const term = await database.term();
  await client.db('admin').command({ replSetStepDown: 3, secondaryCatchUpPeriodSecs: 2, force: true });
  for (let tries = 0; tries < 100; tries++) {
    if ((await database.term()) !== term) return true;
    await pause(100);
  }
  return false;
}

/** Minor units: enough for a payout or some. */
const TOP_UP = 3_000;

/** Brings about what leads to a point that is not passed by itself: money that lacked comes, or money comes back. */
export async function provoke(world: PayoutChaosWorld, point: PayoutPoint, chance: Chance): Promise<void> {
  const [step] = point.split('.');
  const moving = world.payees[MOVING_PAYEE] ?? '';
  if (step === 'fund') await world.topUp(TOP_UP);
  if (step === 'return') await giveBack(world, chance, {});
  if (step === 'retry') await giveBack(world, chance, { payeeId: moving });
  if (step === 'release') await giveBack(world, chance, { payeeId: { $ne: moving } });
}

/** The bank sends one payout back that was paid. */
async function giveBack({ client, sandbox }: PayoutChaosWorld, chance: Chance, which: object): Promise<void> {
  const paid = await client
    .db(DATABASE)
    .collection<{ _id: string }>('payouts')
    .find({ state: 'paid', ...which }, { projection: { _id: 1 } })
    .toArray();
  const ids = new Set(paid.map(({ _id }) => _id));
  const { effects } = await sandbox.books();
  const there = effects.filter(({ status, businessKey }) => status === 'posted' && ids.has(businessKey ?? ''));
  const effect = there[Math.floor(chance() * there.length)];
  if (effect === undefined) return;
  const { id, kind } = effect;
  await sandbox.control(kind === 'transfer' ? `transfers/${id}/reverse` : `outbound_payments/${id}/return`, {});
}
