import type { Instant } from '../../programs/calendar.ts';
import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { Services } from '../services.ts';
import { termsOf } from './open-policy.ts';
import { policyOf } from './policy-of.ts';
import { toPolicyRevisionDocument } from './policy-revision.ts';
import { assertPolicyTerms, type PolicyTerms } from './policy-terms.ts';

export interface RevisePolicyInput {
  readonly actor: ActorOf<'operator'>;
  readonly policyId: string;
  readonly changes: Partial<PolicyTerms>;
  /** From when the revision governs; default now, or when the revision before it begins, if that is still to come. */
  readonly effectiveAt?: Instant;
  /** Refuses when another revision than this is the last: what the caller looked at has changed. */
  readonly expectedRevision?: number;
}

/**
 * Records a new revision: the last one with the changes. Never reaches into the past, so no answer already given changes
 * (G15, G19), nor before the revision it follows. Covers already opened keep their terms to their own end.
 * Throws `policy_not_found`, `policy_invalid`, `revision_in_the_past`, `revision_out_of_order`, `revision_changes_nothing`,
 * `revision_taken` (somebody else revised at the same time: look again).
 */
export async function revisePolicy(services: Services, input: RevisePolicyInput): Promise<PolicyRevision> {
  const now = services.clock.now();
  const { current } = await policyOf(services, input.policyId);
  if (input.expectedRevision !== undefined && input.expectedRevision !== current.revision) throw revisionTaken(current);
  const effectiveAt = input.effectiveAt ?? Math.max(now, current.effectiveAt);
  if (effectiveAt < now) {
    throw new Refusal(
      'unprocessable',
      'revision_in_the_past',
      'A revision can govern from now on or later, never the past.',
    );
  }
  if (effectiveAt < current.effectiveAt) {
    throw new Refusal(
      'unprocessable',
      'revision_out_of_order',
      `Revision ${current.revision} governs from ${new Date(current.effectiveAt).toISOString()}; the next cannot begin before it.`,
    );
  }
  const terms = termsOf({ ...current, ...input.changes });
  if (JSON.stringify(terms) === JSON.stringify(termsOf(current))) {
    throw new Refusal('unprocessable', 'revision_changes_nothing', 'The policy already has these terms.');
  }
  await assertPolicyTerms(services, terms);

  const revision: PolicyRevision = {
    ...terms,
    policyId: current.policyId,
    revision: current.revision + 1,
    recordedAt: now,
    effectiveAt,
    platformId: current.platformId,
  };
  try {
    await services.models.policyRevisions.create(toPolicyRevisionDocument(revision, actorName(input.actor)));
  } catch (error) {
    throw isDuplicateKey(error) ? revisionTaken(current) : error;
  }
  services.policies.forget(current.platformId);
  return revision;
}

const revisionTaken = (current: PolicyRevision): Refusal =>
  new Refusal(
    'conflict',
    'revision_taken',
    `The policy ${current.policyId} was revised by somebody else: look at it and try again.`,
  );
