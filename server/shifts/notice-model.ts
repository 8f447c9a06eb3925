import { Schema, type Connection } from 'mongoose';

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
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    platformId: { type: String, required: true },
    policyId: { type: String, required: true },
    workerId: { type: String, required: true },
    productDay: { type: String, required: true },
    coverId: { type: String, required: true },
    shiftId: { type: String, required: true },
    orderId: String,
    startedAt: { type: Date, required: true },
    clippedAt: { type: Date, required: true },
    eventIds: { type: [String], required: true },
    noticedAt: { type: Date, required: true },
  },
  { collection: 'notices', versionKey: false },
);

export const declareNotices = (connection: Connection) => connection.model('Notice', schema);
