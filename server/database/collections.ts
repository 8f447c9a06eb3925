import type { Collection, Db } from 'mongodb';
import type { PeriodDocument } from '../billing/period-model.ts';
import type { CoverDocument } from '../covers/cover-model.ts';
import type { ShiftEventDocument } from '../shifts/shift-event-model.ts';
import type { WorkerDocument } from '../workers/worker-model.ts';

/** The collections of the hot paths as the driver's own, typed: no Mongoose between (an order of magnitude cheaper a document). */
export function hotCollections(db: Db): {
  readonly db: Db;
  readonly shiftEvents: Collection<ShiftEventDocument>;
  readonly covers: Collection<CoverDocument>;
  readonly workers: Collection<WorkerDocument>;
  readonly periods: Collection<PeriodDocument>;
} {
  return {
    db,
    shiftEvents: db.collection('shift_events'),
    covers: db.collection('covers'),
    workers: db.collection('workers'),
    periods: db.collection('periods'),
  };
}

export type HotCollections = ReturnType<typeof hotCollections>;
