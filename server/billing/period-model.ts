import { Schema, type Connection } from 'mongoose';

/** A product day of a policy, from its first accepted event until it is closed, and closed again after late corrections (G18). */
export interface PeriodDocument {
  /** `<policyId>/<productDay>` */
  _id: string;
  policyId: string;
  platformId: string;
  productDay: string;
  /** When the close is due (G18). */
  dueAt: Date;
  state: 'open' | 'closed';
  /** Events received before this were folded by the last close. */
  cutOffAt?: Date;
  /** Statements issued so far; the next is `revision + 1`. */
  revision: number;
}

const schema = new Schema<PeriodDocument>(
  {
    _id: { type: String, required: true },
    policyId: { type: String, required: true },
    platformId: { type: String, required: true },
    productDay: { type: String, required: true },
    dueAt: { type: Date, required: true },
    state: { type: String, required: true },
    cutOffAt: Date,
    revision: { type: Number, required: true },
  },
  { collection: 'periods', versionKey: false },
);

export const declarePeriods = (connection: Connection) => connection.model('Period', schema);
