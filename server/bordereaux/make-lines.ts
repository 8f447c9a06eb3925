import type { Long } from 'mongodb';
import type { CoverTerms } from '../../programs/cover/cover-facts.ts';
import type { NewLine } from '../../programs/cover/statement-lines.ts';
import { toLong } from '../database/longs.ts';
import type { Services } from '../services.ts';
import type { BordereauLineDocument } from './bordereau-model.ts';

/** A line as it goes to the database. */
export type NewBordereauLine = Omit<BordereauLineDocument, 'amount'> & { readonly amount: Long };

/** What a statement line says, and what its cover froze. */
export interface ChargedCover {
  readonly line: Pick<NewLine, 'coverId' | 'workerId' | 'revision' | 'kind' | 'quantity' | 'amount' | 'currency'>;
  readonly cover: Pick<CoverTerms, 'policyId' | 'policyRevision' | 'product' | 'productDay'>;
}

/** The carrier of each revision of a policy: a policy may have gone from one carrier to another. */
export async function carriersOf(
  { models }: Pick<Services, 'models'>,
  policyId: string,
): Promise<ReadonlyMap<number, string>> {
  const revisions = await models.policyRevisions.find({ policyId }, { revision: 1, carrierId: 1 }).lean();
  return new Map(revisions.map(({ revision, carrierId }) => [revision, carrierId]));
}

/**
 * The bordereau lines of statement lines of one policy. A line belongs to the carrier of the revision that its cover
 * froze, whoever has the policy now (G15).
 */
export function bordereauLines(
  statementId: string,
  carriers: ReadonlyMap<number, string>,
  charged: readonly ChargedCover[],
): NewBordereauLine[] {
  return charged.map(({ line, cover }) => {
    const { coverId, workerId, revision, kind, quantity, amount, currency } = line;
    const { policyId, policyRevision, product, productDay } = cover;
    const carrierId = carriers.get(policyRevision);
    if (carrierId === undefined) throw new Error(`The policy ${policyId} has no revision ${policyRevision}.`);
    return {
      _id: `${coverId}:${revision}`,
      ...{ statementId, carrierId, policyId, policyRevision, product, productDay, coverId, workerId },
      ...{ revision, kind, quantity, amount: toLong(amount), currency },
    };
  });
}
