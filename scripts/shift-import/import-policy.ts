import { productTerms } from '../../programs/products/catalogue.ts';
import { Refusal } from '../../programs/refusal.ts';
import { policyOf } from '../../server/policies/policy-of.ts';
import type { Services } from '../../server/services.ts';
import type { ImportPolicy } from './import-shifts.ts';

/**
 * The policy that a file is imported under, and the source of its events: the mapping's, which must belong to the policy's
 * platform (G5), else the platform's only one. Throws `policy_not_found`, `mapping_source_foreign`, `mapping_source_needed`.
 */
export async function importPolicy(
  services: Services,
  policyId: string,
  source: string | undefined,
): Promise<ImportPolicy> {
  const { current, revisions } = await policyOf(services, policyId);
  const platform = await services.models.platforms.findById(current.platformId).lean();
  const sources = platform?.sources ?? [];
  if (source !== undefined && !sources.includes(source)) {
    const message = `The mapping's source "${source}" does not belong to ${current.platformId}, the platform of ${policyId}; its sources are ${sources.join(', ')}.`;
    throw new Refusal('invalid', 'mapping_source_foreign', message);
  }
  const [only, ...others] = sources;
  if (source === undefined && (only === undefined || others.length > 0)) {
    const message = `${current.platformId} has several sources: name one as "source" in the mapping (${sources.join(', ')}).`;
    throw new Refusal('invalid', 'mapping_source_needed', message);
  }
  const terms = productTerms(current.product);
  if (terms === undefined)
    throw new Error(`${policyId} names the product ${current.product}, which the catalogue does not have.`);
  return {
    policyId,
    platformId: current.platformId,
    currency: terms.currency,
    backFilling: revisions.some(({ backFilling }) => backFilling),
    source: source ?? only ?? '',
  };
}
