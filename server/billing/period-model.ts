import { Schema, type Connection } from 'mongoose';
import { count, date, text } from '../database/schema-fields.ts';

/** A product day of a policy, from its first accepted event until it is closed, and closed again after late corrections (G18). */
export interface PeriodDocument {
  /** `<policyId>/<productDay>` */
  _id: string;
  policyId: string;
  platformId: string;
  productDay: string;
  /** When the next close is due (G18). */
  dueAt: Date;
  /** `open`: a close is due at `dueAt`; `closed`: nothing to do until a later event opens it again. */
  state: 'open' | 'closed';
  /** Events received before this were folded by the last close. */
  cutOffAt?: Date;
  /** Statements issued so far; the next is `revision + 1`. */
  revision: number;
  /** The latest receipt that a look at the events met (`discover-periods.ts`). */
  lastReceivedAt?: Date;
  /** A close in progress, or one that died in its middle; who takes it over goes on where it stands. */
  closing?: Closing;
}

/** How far a close has come. Written in one transaction with each batch of lines, so it never disagrees with them. */
export interface Closing {
  /** Who works on it: a taken-over closer is refused by this (fencing). */
  attempt: string;
  leaseUntil: Date;
  /** The id of the statement to be; until that document exists, its lines count for nothing. */
  statementId: string;
  /** When the first attempt began: what was received later is not counted on. */
  cutOffAt: Date;
  /** Fold only covers with events received since; absent: every cover of the day. */
  sinceAt?: Date;
  /** Workers up to this id are done; '' none. */
  afterWorkerId: string;
  lineCount: number;
  /** Minor units; a BSON long. */
  amount: number;
  /** Absent until the first line. */
  currency?: string;
}

const schema = new Schema<PeriodDocument>(
  {
    _id: text,
    policyId: text,
    platformId: text,
    productDay: text,
    dueAt: date,
    state: text,
    cutOffAt: Date,
    revision: count,
    lastReceivedAt: Date,
    closing: Schema.Types.Mixed,
  },
  { collection: 'periods', versionKey: false },
);

export const declarePeriods = (connection: Connection) => connection.model('Period', schema);
