import { setTimeout as pause } from 'node:timers/promises';
import { PAYOUT_POINTS, type PayoutPoint } from '../../../server/payouts/payout-points.ts';
import type { Chance } from '../traffic.ts';
import type { ChaosProcess } from './chaos-process.ts';
import type { PayoutChaosWorld } from './payout-world.ts';
import type { WorkerOrders } from './worker-orders.ts';

export type Seat = 'sender 1' | 'sender 2' | 'creator' | 'office';
type Death = Pick<WorkerOrders, 'dieAt' | 'dieAfter'>;

const ROLES: Readonly<Record<Seat, WorkerOrders['role']>> = {
  ...{ 'sender 1': 'send', 'sender 2': 'send' },
  ...{ creator: 'create', office: 'office' },
};

export const roleOf = (seat: Seat): WorkerOrders['role'] => ROLES[seat];

/** The points that a process passes in each role: together all that have a name. */
const POINTS: Readonly<Record<WorkerOrders['role'], readonly PayoutPoint[]>> = {
  send: pointsOf('claim', 'call', 'complete', 'look', 'reconcile', 'outcome', 'return', 'fund'),
  create: pointsOf('create', 'await_funds'),
  office: pointsOf('approve', 'void', 'gate', 'retry', 'release'),
};

/** A worker that has not reached its point by then is killed where it is. */
const REACH_MS_MAX = 8_000;
const PROVOKE_MS = 300;
const START_MS_MAX = 30_000;
/** Fresh business keys of each creator; what the one before did not finish comes first. */
const KEYS_PER_CREATOR = 100;
/** One may fail to start while commands of the database fail. */
const STARTS_MAX = 10;

interface Worker {
  readonly process: ChaosProcess;
  /** Where it said that it dies. */
  diedAt: PayoutPoint | undefined;
  isReady: boolean;
}

/** Who pays, creates and decides, each a process in its seat; knows who died where, and what was acknowledged. */
export class Crew {
  readonly acknowledged = new Map<number, string>();
  /** How often a process died at a point, by its own word. */
  readonly deaths = new Map<PayoutPoint, number>();
  readonly #tries = new Map<PayoutPoint, number>();
  readonly #world: PayoutChaosWorld;
  readonly #seats = new Map<Seat, Worker>();
  #lastKey = 0;

  constructor(world: PayoutChaosWorld) {
    this.#world = world;
  }

  /** One of the points of a role that had their turn least often; one that was missed comes again sooner. */
  nextPoint(role: WorkerOrders['role'], chance: Chance): PayoutPoint {
    const turns = (point: PayoutPoint): number => (this.deaths.get(point) ?? 0) + (this.#tries.get(point) ?? 0);
    const fewest = Math.min(...POINTS[role].map(turns));
    const least = POINTS[role].filter((point) => turns(point) === fewest);
    const point = least[Math.floor(chance() * least.length)];
    if (point === undefined) throw new Error(`No point is passed by the role ${role}.`);
    return point;
  }

  /** Puts a worker without orders to die into each seat, unless one is there. */
  async fill(...seats: readonly Seat[]): Promise<void> {
    await Promise.all(seats.map((seat) => this.#fill(seat)));
  }

  async #fill(seat: Seat): Promise<void> {
    for (let starts = 0; starts < STARTS_MAX; starts++) {
      const worker = this.#seats.get(seat);
      if (worker !== undefined && !worker.process.hasEnded()) return;
      if ((await this.#start(seat, {})).isReady) return;
    }
    throw new Error(`The ${seat} does not start: see its log.`);
  }

  /**
   * Kills who has this role, so that what is to be done is done by one alone, and lets that one die at a point, or wherever
   * it is when it does not come there. `provoke` brings about what leads to the point, again and again. Answers how many
   * really died, and where the last one did.
   */
  async dieAt(
    seat: Seat,
    death: Required<Death>,
    provoke: () => Promise<void>,
  ): Promise<{ readonly killed: number; readonly diedAt: PayoutPoint | undefined }> {
    let killed = 0;
    for (const [other, { process }] of this.#seats) {
      if (roleOf(other) === roleOf(seat) && (await process.kill())) killed += 1;
    }
    this.#tries.set(death.dieAt, (this.#tries.get(death.dieAt) ?? 0) + 1);
    const worker = await this.#start(seat, death);
    const until = performance.now() + REACH_MS_MAX;
    while (!worker.process.hasEnded() && performance.now() < until) {
      await provoke();
      await Promise.race([worker.process.ended, pause(PROVOKE_MS)]);
    }
    const wasAlive = await worker.process.kill();
    const { diedAt } = worker;
    if (diedAt !== undefined) this.deaths.set(diedAt, (this.deaths.get(diedAt) ?? 0) + 1);
    if (wasAlive || diedAt !== undefined) killed += 1;
    return { killed, diedAt };
  }

  /** Until all that was ever asked for is acknowledged. */
  async finishCreating(): Promise<void> {
    const asked = this.#lastKey;
    while (!this.acknowledged.has(asked)) {
      await this.fill('creator');
      await pause(200);
    }
  }

  /** Nobody does anything any more. */
  async end(): Promise<void> {
    await Promise.all([...this.#seats.values()].map(({ process }) => process.kill()));
  }

  async #start(seat: Seat, death: Partial<Death>): Promise<Worker> {
    const role = ROLES[seat];
    let isReady = (): void => undefined;
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    const process = this.#world.startWorker({ role, ...death, ...(role === 'create' && this.#keys()) }, (line) => {
      if (line !== 'ready') return this.#heard(worker, line);
      worker.isReady = true;
      isReady();
    });
    const worker: Worker = { process, diedAt: undefined, isReady: false };
    this.#seats.set(seat, worker);
    await Promise.race([ready, process.ended, pause(START_MS_MAX)]);
    return worker;
  }

  /** What the next creator asks for: some that were acknowledged already, what was left, and fresh ones. */
  #keys(): Pick<WorkerOrders, 'first' | 'last'> {
    const done = Math.max(0, ...this.acknowledged.keys());
    this.#lastKey = Math.max(this.#lastKey, done + KEYS_PER_CREATOR);
    return { first: Math.max(1, done - 3), last: this.#lastKey };
  }

  #heard(worker: Worker, line: string): void {
    const [, number, id] = /^created (\d+) (\S+)$/.exec(line) ?? [];
    if (number !== undefined && id !== undefined) this.acknowledged.set(Number(number), id);
    worker.diedAt ??= PAYOUT_POINTS.find((point) => line === `died ${point}`);
  }
}

function pointsOf(...steps: readonly string[]): readonly PayoutPoint[] {
  return PAYOUT_POINTS.filter((point) => steps.includes(point.split('.')[0] ?? ''));
}
