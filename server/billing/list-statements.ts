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
  return models.statements
    .find({
      ...tenantOf(actor),
      ...(policyId !== undefined && { policyId }),
      ...((from !== undefined || to !== undefined) && {
        productDay: { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) },
      }),
      ...(after && { $or: [{ productDay: { $lt: after[0] } }, { productDay: after[0], _id: { $lt: after[1] } }] }),
    })
    .sort({ productDay: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
}

/** The part of a filter that keeps tenants apart. */
export function tenantOf(actor: ActorOf<'platform' | 'operator'>): { readonly platformId?: string } {
  return actor.kind === 'platform' ? { platformId: actor.platformId } : {};
}
