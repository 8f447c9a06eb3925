import { Schema, type Connection } from 'mongoose';
import { date, text } from '../database/schema-fields.ts';

/** Something a job found that a person should know of. Inserted once under a deterministic `_id`, never changed. */
export interface NoticeDocument {
  /** `clipped:<platform>/<worker>/<shift>/<started>`, percent-encoded. */
  _id: string;
  /** A shift that never ended (G14). */
  kind: 'shift_never_ended';
  platformId: string;
  policyId: string;
  workerId: string;
  productDay: string;
  coverId: string;
  shiftId: string;
  orderId?: string;
  startedAt: Date;
  /** Start + longest shift: where the fold ends it. */
  clippedAt: Date;
  eventIds: string[];
  noticedAt: Date;
}

const schema = new Schema<NoticeDocument>(
  {
    _id: text,
    kind: text,
    platformId: text,
    policyId: text,
    workerId: text,
    productDay: text,
    coverId: text,
    shiftId: text,
    orderId: String,
    startedAt: date,
    clippedAt: date,
    eventIds: { type: [String], required: true },
    noticedAt: date,
  },
  { collection: 'notices', versionKey: false },
);

export const declareNotices = (connection: Connection) => connection.model('Notice', schema);
