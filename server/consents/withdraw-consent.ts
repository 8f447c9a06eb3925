import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import type { ConsentDocument } from './consent-model.ts';

export interface WithdrawConsentInput {
  readonly actor: ActorOf<'person'>;
  readonly consentId: string;
}

/** Ends a consent at once; again changes nothing, the first instant stands. Throws `consent_not_found`, for another's too. */
export async function withdrawConsent(services: Services, input: WithdrawConsentInput): Promise<ConsentDocument> {
  const now = services.clock.now();
  const own = { _id: input.consentId, personId: input.actor.personId };
  await services.models.consents.updateOne(
    { ...own, withdrawnAt: { $exists: false } },
    { $set: { withdrawnAt: new Date(now) } },
  );
  const consent = await services.models.consents.findOne(own).lean();
  if (consent === null) throw new Refusal('not_found', 'consent_not_found', 'You have given no consent with this id.');
  return consent;
}
