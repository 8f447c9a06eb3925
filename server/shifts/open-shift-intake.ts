import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../programs/refusal.ts';
import { hotCollections } from '../database/collections.ts';
import { flushNeeds } from '../deposits/flush-needs.ts';
import type { Services } from '../services.ts';
import { decideFlush, type Ruling } from './decide-flush.ts';
import { GroupCommit } from './group-commit.ts';
import { intakeItem, withCompanions, type IntakeItem } from './intake-item.ts';
import { FLUSH_MS_MAX, loadFlush } from './load-flush.ts';
import { joinedOpeners, settleFlush } from './settle-flush.ts';
import type { IncomingEvent, IntakeOptions, IntakeResult, ShiftIntake } from './shift-intake.ts';
import { newWorkers, storeFlush } from './store-flush.ts';
import { WorkerRegistrations } from './worker-registrations.ts';

/** Refills that one flush waits for: one is the rule, a flush beside it may have spent that. */
const REFILLS_MAX = 3;
const NO_COVERS: ReadonlySet<string> = new Set();

/** More periods than a process touches between two clears; only saves repeated inserts. */
const KNOWN_PERIODS_MAX = 10_000;

/**
 * What waited longer is given up: with the two bounds of a flush (`FLUSH_MS_MAX`, for reading and for storing) nothing is
 * stored 60 s after its receipt, when answers about that instant stop being provisional (G19).
 */
const WAITED_MS_MAX = 15_000;

export const outcomeUnknown = (): Refusal =>
  new Refusal(
    'unavailable',
    'outcome_unknown',
    'The database did not answer in time: the event may be stored. Send it again; that is always safe.',
    { retryAfterSeconds: 1 },
  );

const queueFull = (): Refusal =>
  new Refusal(
    'unavailable',
    'queue_full',
    'Too many events are waiting: nothing of this request was stored. Send it again.',
    {
      retryAfterSeconds: 1,
    },
  );

const tooLong = (): Error => new Error('Reading and filling envelopes took too long: nothing was stored.');

/** Filling envelopes is a part of the time in which a flush reads: nothing is stored after that (G19). */
async function inTime(filled: Promise<void>, msLeft: number): Promise<void> {
  const ended = new AbortController();
  const late = sleep(Math.max(0, msLeft), undefined, { signal: ended.signal }).then(() => {
    throw tooLong();
  });
  try {
    await Promise.race([filled, late]);
  } finally {
    late.catch((error: unknown) => error);
    ended.abort();
  }
}

/** The group commit of shift events over the database. */
export function openShiftIntake(services: Omit<Services, 'intake'>): ShiftIntake {
  const { clock, config, deposits, log, metrics } = services;
  const collections = hotCollections(services.database.db);
  const knownPeriods = new Set<string>();
  const registrations = new WorkerRegistrations(services.database.db, log);

  const commit = new GroupCommit<IntakeItem>({
    flush,
    flushItemsMax: config.flushEventsMax,
    flushesAtOnce: config.flushesAtOnce,
    queueItemsMax: config.intakeQueueMax,
  });

  async function flush(taken: readonly IntakeItem[]): Promise<void> {
    const now = clock.now();
    const isStale = ({ fact }: IntakeItem): boolean => now - fact.receivedAt > WAITED_MS_MAX;
    const items = taken.filter((item) => !isStale(item));
    if (items.length < taken.length) {
      log.warn({ events: taken.length - items.length }, 'Shift events waited too long and were not stored.');
      for (const item of taken.filter(isStale)) item.settle({ status: 'unknown', refusal: outcomeUnknown() });
    }
    if (items.length === 0) return;
    const stopTimer = metrics.flushSeconds.startTimer();
    metrics.flushEvents.observe(items.length);
    metrics.queueEvents.set(commit.waiting);
    const purse = deposits.openPurse();
    try {
      if (knownPeriods.size > KNOWN_PERIODS_MAX) knownPeriods.clear();
      const loaded = await loadFlush(collections, services.policies, items);
      const needs = flushNeeds(items, loaded);
      // Nothing may be awaited between the last answer and the decisions: another flush would spend what was asked for.
      for (let tries = 0; tries < REFILLS_MAX; tries++) {
        const wait = deposits.shortOf(needs);
        if (wait === undefined) break;
        await inTime(wait, now + FLUSH_MS_MAX - clock.now());
      }
      if (clock.now() > now + FLUSH_MS_MAX) throw tooLong();
      const rulings = decideFlush(items, loaded, services.unavailability.intervals(), purse);
      const stores = rulings.filter((ruling) => ruling.kind === 'store');
      const [clashes, joined] = await Promise.all([
        stores.length > 0 ? storeFlush(collections, stores, knownPeriods) : undefined,
        joinedOpeners(collections, stores),
      ]);
      registrations.add(newWorkers(stores, loaded));
      purse.stored(clashes?.covers ?? NO_COVERS);
      await settleFlush(services, rulings, clashes, joined);
    } catch (error) {
      purse.uncertain();
      // Whatever went wrong, the caller learns that the outcome is open, and that sending again is safe (G20).
      log.error({ err: error, events: items.length }, 'A flush of shift events failed.');
      for (const item of items) item.settle({ status: 'unknown', refusal: outcomeUnknown() });
    } finally {
      stopTimer();
    }
  }

  /** Items whose results land, in order, in the promise. */
  function itemsOf(events: readonly IncomingEvent[], options: IntakeOptions) {
    const receivedAt = clock.now();
    const results: IntakeResult[] = [];
    let left = events.length;
    let finish: (results: readonly IntakeResult[]) => void = () => undefined;
    const settled = new Promise<readonly IntakeResult[]>((resolve) => (finish = resolve));
    const items = events.map((event, index) =>
      intakeItem(event, options, receivedAt, (result) => {
        if (results[index]) return;
        results[index] = result;
        metrics.events.inc({ outcome: 'decision' in result ? result.decision.outcome : result.status });
        if (--left === 0) finish(results);
      }),
    );
    return { items: withCompanions(items), settled };
  }

  return {
    async submit(events, options) {
      if (events.length === 0) return [];
      const { items, settled } = itemsOf(events, options);
      if (!commit.admit(items)) throw queueFull();
      return settled;
    },

    async dryRun(events, options) {
      if (events.length === 0) return [];
      const { items, settled } = itemsOf(events, options);
      const loaded = await loadFlush(collections, services.policies, items, { byId: true });
      const payer = await deposits.look(flushNeeds(items, loaded));
      const rulings: readonly Ruling[] = decideFlush(items, loaded, services.unavailability.intervals(), payer);
      for (const ruling of rulings) ruling.item.settle(dryResult(ruling));
      return settled;
    },

    async drain() {
      await commit.drain();
      await registrations.flush();
    },
  };
}

/** What the item would be answered; a replay by its stored event alone, without reading its cover. */
function dryResult(ruling: Ruling): IntakeResult {
  if (ruling.kind === 'reject') return { status: 'rejected', refusal: ruling.refusal };
  const { document } = ruling;
  return {
    status: ruling.kind === 'replay' ? 'replayed' : 'accepted',
    eventId: document._id,
    workerId: document.workerId,
    receivedAt: document.receivedAt.getTime(),
    decision: document.decision,
  };
}
