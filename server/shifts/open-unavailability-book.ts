import type { Unavailability } from '../../programs/cover/cover-facts.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/connect.ts';
import type { Models } from '../database/models.ts';
import type { UnavailabilityBook } from './unavailability-book.ts';

/** API processes beat this often; a silence longer than `SILENCE_MS` is recorded as unavailability. */
export const BEAT_MS = 5_000;
const SILENCE_MS = 60_000;
/** Older intervals excuse nothing: events this old are refused (G16), with a margin. */
const KEPT_MS = 40 * 86_400_000;

interface Heartbeat {
  _id: string;
  at: Date;
}

export interface OpenUnavailabilityBook extends UnavailabilityBook {
  /** Reads again what is recorded; another process may have recorded more. */
  refresh(): Promise<void>;
  /**
   * Says that an API process is here, and records the silence before as unavailability if it was long (G9). Two
   * processes that start at once record it once: the interval's `_id` is its beginning.
   */
  beat(): Promise<void>;
}

/** The recorded unavailability; `refresh` must have been called once before `intervals` means anything. */
export function openUnavailabilityBook(database: Database, models: Models, clock: Clock): OpenUnavailabilityBook {
  let held: Unavailability = [];
  const heartbeats = database.db.collection<Heartbeat>('heartbeats');

  async function refresh(): Promise<void> {
    const documents = await models.unavailabilities
      .find({ to: { $gte: new Date(clock.now() - KEPT_MS) } })
      .sort({ to: 1 })
      .limit(10_000)
      .lean();
    held = documents.map(({ from, to }) => ({ from: from.getTime(), to: to.getTime() }));
  }

  async function beat(): Promise<void> {
    const now = clock.now();
    const last = await heartbeats.findOneAndUpdate(
      { _id: 'api' },
      { $max: { at: new Date(now) } },
      { upsert: true, returnDocument: 'before' },
    );
    if (!last || now - last.at.getTime() <= SILENCE_MS) return;
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

  return { intervals: () => held, refresh, beat };
}
