import type { Clock } from '../../server/clock.ts';

/** A CloudEvent as a platform sends it. */
export interface SentEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time: string;
  readonly data: {
    readonly workerId: string;
    readonly shiftId: string;
    readonly orderId?: string;
    readonly occupationClass: string;
    readonly territory: string;
    readonly declaredAge?: number;
  };
}

/** Random numbers in [0, 1), the same for the same seed. */
export type Chance = () => number;

/** Mulberry32: enough to choose what to send and when to kill. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How many workers are on the road at once; one more is new for each that leaves. */
const WORKERS_AT_ONCE = 300;
const BATCH_MAX = 12;

interface Worker {
  readonly id: string;
  /** Of every 25 workers one is too young, one does work that the policy does not cover; their events are stored too. */
  readonly occupationClass: string;
  readonly declaredAge?: number;
  /** Started and not ended. */
  readonly shifts: string[];
}

export interface Traffic {
  /** The events of the next request: one, or a small batch; workers new and known, starts, ends and orders. */
  next(): readonly SentEvent[];
  /** A request of so many starts. */
  burst(events: number): readonly SentEvent[];
}

/**
 * What a platform reports while it works. The workers are shared by all clients, so that requests about one worker meet;
 * every id is used for one content only. Events lie seconds in the past, in the order in which they are made.
 */
export function openTraffic(source: string, clock: Clock, chance: Chance): Traffic {
  const workers: Worker[] = [];
  let workersMade = 0;
  let eventsMade = 0;
  let shiftsMade = 0;

  function newWorker(): Worker {
    const number = workersMade++;
    const age = number % 25 === 7 ? 14 : number % 3 === 0 ? undefined : 18 + (number % 40);
    const worker = {
      id: `rider-${number}`,
      occupationClass: number % 25 === 11 ? 'diver' : 'rider',
      ...(age !== undefined && { declaredAge: age }),
      shifts: [],
    };
    workers.push(worker);
    if (workers.length > WORKERS_AT_ONCE) workers.splice(Math.floor(chance() * workers.length), 1);
    return worker;
  }

  function event(worker: Worker, kind: string, shiftId: string, ageMs: number, orderId?: string): SentEvent {
    const number = eventsMade++;
    const { occupationClass, declaredAge } = worker;
    return {
      specversion: '1.0',
      id: `event-${number}`,
      source,
      type: `com.parasol.${kind}.v1`,
      ...(number % 4 === 0 && { subject: worker.id }),
      time: new Date(clock.now() - ageMs).toISOString(),
      data: {
        workerId: worker.id,
        shiftId,
        ...(orderId !== undefined && { orderId }),
        occupationClass,
        territory: 'CN',
        ...(declaredAge !== undefined && { declaredAge }),
      },
    };
  }

  function start(worker: Worker): SentEvent {
    const shiftId = `shift-${shiftsMade++}`;
    worker.shifts.push(shiftId);
    return event(worker, 'shift.started', shiftId, 1_000 + Math.floor(chance() * 20_000));
  }

  function nextEvent(): SentEvent {
    const known = chance() < 0.25 ? undefined : workers[Math.floor(chance() * workers.length)];
    const worker = known ?? newWorker();
    const [shiftId] = worker.shifts;
    if (shiftId === undefined || chance() < 0.3) return start(worker);
    const dice = chance();
    if (dice < 0.2) return event(worker, 'order.accepted', shiftId, 900, `order-${eventsMade}`);
    if (dice < 0.3) return event(worker, 'order.completed', shiftId, 900, `order-${eventsMade}`);
    worker.shifts.shift();
    return event(worker, 'shift.ended', shiftId, Math.floor(chance() * 500));
  }

  return {
    next: () => Array.from({ length: chance() < 0.6 ? 1 : 2 + Math.floor(chance() * (BATCH_MAX - 1)) }, nextEvent),
    burst: (events) => Array.from({ length: events }, () => start(newWorker())),
  };
}
