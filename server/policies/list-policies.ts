import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import type { Services } from '../services.ts';
import { toPolicyRevision } from './policy-revision.ts';
import type { PolicyRevisionDocument } from './policy-revision-model.ts';

export interface ListPoliciesInput {
  readonly platformId?: string;
  /** Policies after this id. */
  readonly after?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

/** The last revision of each policy, by policy id. */
export async function listPolicies(
  services: Services,
  input: ListPoliciesInput = {},
): Promise<readonly PolicyRevision[]> {
  const match = {
    ...(input.platformId === undefined ? {} : { platformId: input.platformId }),
    ...(input.after === undefined ? {} : { policyId: { $gt: input.after } }),
  };
  const documents = await services.models.policyRevisions.aggregate<PolicyRevisionDocument>([
    { $match: match },
    { $sort: { policyId: 1, revision: -1 } },
    { $group: { _id: '$policyId', last: { $first: '$$ROOT' } } },
    { $sort: { _id: 1 } },
    { $limit: input.limit ?? 1_000 },
    { $replaceRoot: { newRoot: '$last' } },
  ]);
  return documents.map(toPolicyRevision);
}
