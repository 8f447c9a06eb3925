import { Schema, type Connection } from 'mongoose';
import { count, date, text } from '../database/schema-fields.ts';

/**
 * A person as one platform knows them. `_id` is deterministic from platform and external id, so an unknown worker is
 * registered by the first event without asking anybody (G5). Names, phones and national ids are in `people`.
 */
export interface WorkerDocument {
  _id: string;
  platformId: string;
  /** The platform's own id for the worker; never a national id or a phone (G23). */
  externalId: string;
  /** `YYYY-MM-DD`; absent: age unknown. */
  birthOn?: string;
  /** The person behind, once a national id was asserted. */
  personId?: string;
  /** Links stay `asserted` until the worker proves identity (G23). */
  personLink?: 'asserted' | 'verified';
  registeredAt: Date;
  registeredBy: 'event' | 'platform';
  updatedAt: Date;
  /** For ETag and If-Match. */
  version: number;
  /** Events told about the worker so far: the next one's sequence is one more. */
  eventCount?: number;
}

const schema = new Schema<WorkerDocument>(
  {
    _id: text,
    platformId: text,
    externalId: text,
    birthOn: String,
    personId: String,
    personLink: String,
    registeredAt: date,
    registeredBy: text,
    updatedAt: date,
    version: count,
    eventCount: Number,
  },
  { collection: 'workers', versionKey: false },
);

export const declareWorkers = (connection: Connection) => connection.model('Worker', schema);
