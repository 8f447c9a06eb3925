import { setTimeout as pause } from 'node:timers/promises';
import type { FaultRule } from '../../../server/payments/sandbox/faults.ts';
import { PAYOUT_POINTS } from '../../../server/payouts/payout-points.ts';
import type { Chance } from '../traffic.ts';
import type { ChaosProcess } from './chaos-process.ts';
import type { PayoutChaosWorld } from './payout-world.ts';
import { CHAOS_APP, type WorkerOrders } from './worker-orders.ts';

/** The points that a sending worker passes; those of persons are the simulation's. */
export const SENDER_POINTS = PAYOUT_POINTS.filter((point) =>
  /^(claim|call|complete|look|reconcile|outcome)\./.test(point),
);
const CREATOR_POINTS = PAYOUT_POINTS.filter((point) => /^create\./.test(point));
/** A worker that has not reached its point by then is killed where it is. */
const REACH_MS_MAX = 4_000;
const START_MS_MAX = 30_000;

/** Keeps `size` senders alive, and one creator until its last payout is acknowledged. */
export class Crew {
  readonly acknowledged = new Map<number, string>();
  readonly #world: PayoutChaosWorld;
  readonly #senders: ChaosProcess[] = [];
  #creator: ChaosProcess | undefined;

  constructor(world: PayoutChaosWorld) {
    this.#world = world;
  }

  async start(size: number): Promise<void> {
    for (let index = 0; index < size; index++) await this.#startSender(index, {});
  }

  /** A sender that dies at a point, in the place of one that is killed at once: two deaths. Answers how many there were. */
  async dieAt(index: number, orders: Pick<WorkerOrders, 'dieAt' | 'dieAfter'>): Promise<number> {
    await this.#senders[index]?.kill();
    const worker = await this.#startSender(index, orders);
    await Promise.race([worker.ended, pause(REACH_MS_MAX)]);
    await worker.kill();
    return 2;
  }

  async restart(index: number): Promise<void> {
    await this.#startSender(index, {});
  }

  /** Lets the creator make payouts up to `last`, beginning with some that were acknowledged already. */
  create(last: number, orders: Pick<Partial<WorkerOrders>, 'dieAt' | 'dieAfter'> = {}): ChaosProcess {
    const first = Math.max(1, Math.max(0, ...this.acknowledged.keys()) - 3);
    this.#creator = this.#world.startWorker({ role: 'create', first, last, ...orders }, (line) => this.#heard(line));
    return this.#creator;
  }

  /** Kills the creator at one of its points, and starts another one. */
  async killCreator(last: number, chance: Chance): Promise<number> {
    await this.#creator?.kill();
    const point = CREATOR_POINTS[Math.floor(chance() * CREATOR_POINTS.length)];
    const dying = this.create(last, {
      ...(point !== undefined && { dieAt: point }),
      dieAfter: 1 + Math.floor(chance() * 5),
    });
    await Promise.race([dying.ended, pause(REACH_MS_MAX)]);
    await dying.kill();
    this.create(last);
    return 2;
  }

  /** Until the last payout is acknowledged. */
  async finishCreating(last: number): Promise<void> {
    while (!this.acknowledged.has(last)) {
      if (this.#creator === undefined || this.#creator.hasEnded()) this.create(last);
      await pause(200);
    }
    await this.#creator?.ended;
  }

  async #startSender(index: number, orders: Pick<Partial<WorkerOrders>, 'dieAt' | 'dieAfter'>): Promise<ChaosProcess> {
    await this.#senders[index]?.kill();
    let isReady = (): void => undefined;
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    const worker = this.#world.startWorker({ role: 'send', ...orders }, (line) => line === 'ready' && isReady());
    this.#senders[index] = worker;
    await Promise.race([ready, worker.ended, pause(START_MS_MAX)]);
    return worker;
  }

  #heard(line: string): void {
    const [, number, id] = /^created (\d+) (\S+)$/.exec(line) ?? [];
    if (number !== undefined && id !== undefined) this.acknowledged.set(Number(number), id);
  }
}

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

/** The primary steps down for some seconds, as in an upgrade; another one is elected. */
export async function stepDown({ client, database }: PayoutChaosWorld): Promise<void> {
  const term = await database.term();
  await client.db('admin').command({ replSetStepDown: 3, secondaryCatchUpPeriodSecs: 2, force: true });
  for (let tries = 0; tries < 100 && (await database.term()) === term; tries++) await pause(100);
}
