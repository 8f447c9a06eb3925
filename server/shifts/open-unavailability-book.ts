import type { Instant, Interval } from '../../programs/calendar.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/connect.ts';
import type { Models } from '../database/models.ts';
import type { UnavailabilityBook } from './unavailability-book.ts';

/** API processes beat this often; a silence longer than `SILENCE_MS` is recorded as unavailability. */
export const BEAT_MS = 5_000;
const SILENCE_MS = 60_000;
/** More silences than years of restarts make; of more, the latest count. */
const HELD_MAX = 50_000;

interface Heartbeat {
  _id: string;
  at: Date;
}

interface Recorded extends Interval {
  readonly recordedAt: Instant;
}

export interface OpenUnavailabilityBook extends UnavailabilityBook {
  /** Reads what was recorded since the last reading; another process may have recorded more. */
  refresh(): Promise<void>;
  /**
   * Says that an API process is here, and records the silence before as unavailability if it was long (G9). Two
   * processes that start at once record it once: the interval's `_id` is its beginning.
   */
  beat(): Promise<void>;
}

/** The recorded unavailability; `refresh` must have been called once before `intervals` means anything. */
export function openUnavailabilityBook(database: Database, models: Models, clock: Clock): OpenUnavailabilityBook {
  /** All of them: the folds of days long past must come out as they did when they were billed. By their ends. */
  let held: readonly Recorded[] = [];
  const heartbeats = database.db.collection<Heartbeat>('heartbeats');

  async function refresh(): Promise<void> {
    const latest = held.at(-1)?.to;
    const documents = await models.unavailabilities
      .find(latest === undefined ? {} : { to: { $gte: new Date(latest) } })
      .sort({ to: -1 })
      .limit(HELD_MAX)
      .lean();
    const fresh = documents.map(({ from, to, recordedAt }) => ({
      from: from.getTime(),
      to: to.getTime(),
      recordedAt: recordedAt.getTime(),
    }));
    const before = held.filter(({ to }) => latest !== undefined && to < latest);
    held = [...before, ...fresh.reverse()].slice(-HELD_MAX);
  }

  async function beat(): Promise<void> {
    const now = clock.now();
    const last = await heartbeats.findOneAndUpdate(
      { _id: 'api' },
      { $max: { at: new Date(now) } },
      { upsert: true, returnDocument: 'before' },
    );
    // What another process recorded that started beside this one: only one of them sees the silence.
    if (!last || now - last.at.getTime() <= SILENCE_MS) return refresh();
    await models.unavailabilities.updateOne(
      { _id: `una_${last.at.getTime()}` },
      {
        $setOnInsert: {
          from: last.at,
          to: new Date(now),
          note: 'No API process was there to receive events.',
          recordedAt: new Date(now),
        },
      },
      { upsert: true },
    );
    await refresh();
  }

  return {
    intervals: (asKnownAt = Infinity) =>
      asKnownAt === Infinity ? held : held.filter(({ recordedAt }) => recordedAt <= asKnownAt),
    refresh,
    beat,
  };
}
