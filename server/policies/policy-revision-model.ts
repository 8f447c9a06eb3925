import { Schema, type Connection } from 'mongoose';
import { count, date, text } from '../database/schema-fields.ts';

/**
 * One recorded state of a policy (`PolicyRevision` in programs/cover). Insert-only: a change is a new revision, so every
 * answer can be explained as it was known then (G15, G19). `_id` = `<policyId>/<revision>`; revision 1 opens the policy.
 */
export interface PolicyRevisionDocument {
  _id: string;
  policyId: string;
  revision: number;
  recordedAt: Date;
  recordedBy: string;
  effectiveAt: Date;
  platformId: string;
  carrierId: string;
  policyholder: string;
  product: string;
  periodFrom: Date;
  periodTo: Date;
  timeZone: string;
  occupationClasses: string[];
  territories: string[];
  backFilling: boolean;
  prepaid: boolean;
  netting?: boolean;
}

const schema = new Schema<PolicyRevisionDocument>(
  {
    _id: text,
    policyId: text,
    revision: count,
    recordedAt: date,
    recordedBy: text,
    effectiveAt: date,
    platformId: text,
    carrierId: text,
    policyholder: text,
    product: text,
    periodFrom: date,
    periodTo: date,
    timeZone: text,
    occupationClasses: { type: [String], required: true },
    territories: { type: [String], required: true },
    backFilling: { type: Boolean, required: true },
    prepaid: { type: Boolean, required: true },
    netting: Boolean,
  },
  { collection: 'policy_revisions', versionKey: false },
);

export const declarePolicyRevisions = (connection: Connection) => connection.model('PolicyRevision', schema);
