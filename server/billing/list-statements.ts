import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import type { StatementDocument } from './statement-model.ts';

export interface ListStatements {
  readonly actor: ActorOf<'platform' | 'operator'>;
  readonly policyId?: string | undefined;
  /** Product days, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  /** Goes on after this statement: its product day and id. */
  readonly after?: readonly [productDay: string, statementId: string] | undefined;
}

/**
 * Issued statements, newest product day first, one more than the limit when there are more. A platform sees its own
 * only, whatever it asks for; an operator sees all.
 */
export async function listStatements(
  { models }: Pick<Services, 'models'>,
  { actor, policyId, from, to, limit, after }: ListStatements,
): Promise<readonly StatementDocument[]> {
  const mine = { ...tenantOf(actor), ...(policyId !== undefined && { policyId }) };
  const range = { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) };
  const days = Object.keys(range).length > 0 && { productDay: range };
  // Whole in each branch: so each is a range of the index in the order of the sort, and nothing before the cursor is read.
  const rest = after && [
    { ...mine, productDay: { ...range, $eq: after[0] }, _id: { $lt: after[1] } },
    { $and: [{ ...mine, productDay: { $lt: after[0] } }, { ...days }] },
  ];
  return models.statements
    .find(rest ? { $or: rest } : { ...mine, ...days })
    .sort({ productDay: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
}

/** The part of a filter that keeps tenants apart. */
export function tenantOf(actor: ActorOf<'platform' | 'operator'>): { readonly platformId?: string } {
  return actor.kind === 'platform' ? { platformId: actor.platformId } : {};
}
