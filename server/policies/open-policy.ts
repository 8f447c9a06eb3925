import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { Services } from '../services.ts';
import { policyRevisionId, toPolicyRevision, toPolicyRevisionDocument } from './policy-revision.ts';
import { assertPolicyTerms, type PolicyTerms } from './policy-terms.ts';

export interface OpenPolicyInput extends PolicyTerms {
  readonly actor: ActorOf<'operator'>;
  readonly platformId: string;
  /** The caller's id (`pol_...`), which makes a retry harmless; made here when absent. */
  readonly policyId?: string;
  /** From when the first revision governs; default the period's begin. */
  readonly effectiveAt?: Instant;
}

/**
 * Opens a policy: records its first revision. The same id with the same terms again answers what is stored.
 * Throws `policy_invalid`, `policy_id_taken` (same id, other terms).
 */
export async function openPolicy(services: Services, input: OpenPolicyInput): Promise<PolicyRevision> {
  const now = services.clock.now();
  const { actor, platformId, effectiveAt = input.period.from } = input;
  const policyId = input.policyId ?? services.ids.next('pol');
  if (!/^pol_[0-9a-z_]{1,60}$/.test(policyId)) {
    throw new Refusal(
      'invalid',
      'policy_id_invalid',
      'A policy id is "pol_" and up to 60 lower-case letters, digits and underscores.',
    );
  }
  await assertPolicyTerms(services, input);
  if ((await services.models.platforms.exists({ _id: platformId })) === null) {
    throw new Refusal('unprocessable', 'policy_invalid', `There is no platform ${platformId}: create it first.`, {
      details: [{ pointer: '/platformId', message: `There is no platform ${platformId}.` }],
    });
  }

  const revision: PolicyRevision = {
    ...termsOf(input),
    policyId,
    revision: 1,
    recordedAt: now,
    effectiveAt,
    platformId,
  };
  try {
    await services.models.policyRevisions.create(toPolicyRevisionDocument(revision, actorName(actor)));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return sameAsStored(services, revision);
  }
  services.policies.forget(platformId);
  return revision;
}

/** Just the terms, whatever else the object carries. */
export function termsOf(terms: PolicyTerms): PolicyTerms {
  return {
    carrierId: terms.carrierId,
    policyholder: terms.policyholder,
    product: terms.product,
    period: { from: terms.period.from, to: terms.period.to },
    timeZone: terms.timeZone,
    occupationClasses: [...terms.occupationClasses],
    territories: [...terms.territories],
    backFilling: terms.backFilling,
    prepaid: terms.prepaid,
    ...(terms.netting === true && { netting: true }),
  };
}

async function sameAsStored(services: Services, wanted: PolicyRevision): Promise<PolicyRevision> {
  const document = await services.models.policyRevisions.findById(policyRevisionId(wanted.policyId, 1)).lean();
  const stored = document === null ? undefined : toPolicyRevision(document);
  const comparable = (revision: PolicyRevision): string =>
    JSON.stringify([termsOf(revision), revision.platformId, revision.effectiveAt]);
  if (stored === undefined || comparable(stored) !== comparable(wanted)) {
    throw new Refusal(
      'conflict',
      'policy_id_taken',
      `The policy ${wanted.policyId} exists with other terms: choose another id, or revise it.`,
    );
  }
  return stored;
}
