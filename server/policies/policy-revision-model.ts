import { Schema, type Connection } from 'mongoose';

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
    _id: { type: String, required: true },
    policyId: { type: String, required: true },
    revision: { type: Number, required: true },
    recordedAt: { type: Date, required: true },
    recordedBy: { type: String, required: true },
    effectiveAt: { type: Date, required: true },
    platformId: { type: String, required: true },
    carrierId: { type: String, required: true },
    policyholder: { type: String, required: true },
    product: { type: String, required: true },
    periodFrom: { type: Date, required: true },
    periodTo: { type: Date, required: true },
    timeZone: { type: String, required: true },
    occupationClasses: { type: [String], required: true },
    territories: { type: [String], required: true },
    backFilling: { type: Boolean, required: true },
    prepaid: { type: Boolean, required: true },
    netting: Boolean,
  },
  { collection: 'policy_revisions', versionKey: false },
);

export const declarePolicyRevisions = (connection: Connection) => connection.model('PolicyRevision', schema);
