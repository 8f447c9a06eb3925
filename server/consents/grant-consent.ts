import type { ClientSession } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import type { ConsentDocument } from './consent-model.ts';

export interface GrantConsentInput {
  readonly actor: ActorOf<'person'>;
  readonly granteePlatformId: string;
  readonly purpose: ConsentDocument['purpose'];
  /** At most a year from now. */
  readonly expiresAt: Instant;
}

/**
 * Lets a platform see the person's covers under other platforms' policies (G22). Only the person can: the actor is one.
 * Throws `consent_expiry_invalid`, `grantee_unknown`.
 */
export async function grantConsent(
  services: Services,
  input: GrantConsentInput,
  session?: ClientSession,
): Promise<ConsentDocument> {
  const now = services.clock.now();
  const { actor, granteePlatformId, purpose, expiresAt } = input;
  if (expiresAt <= now || expiresAt > yearAfter(now)) {
    const message = 'A consent ends in the future, at most a year from now: it can be given again then.';
    throw new Refusal('unprocessable', 'consent_expiry_invalid', message, {
      details: [{ pointer: '/expiresAt', message }],
    });
  }
  const [platform, person] = await Promise.all([
    services.models.platforms.findById(granteePlatformId, { mode: 1 }).lean(),
    services.models.people.findById(actor.personId, { mode: 1 }).lean(),
  ]);
  // Test and live data never meet: to a person of live data a test platform does not exist.
  if (platform === null || person === null || platform.mode !== person.mode) {
    const message = `There is no platform ${granteePlatformId}: ask it for its id.`;
    throw new Refusal('unprocessable', 'grantee_unknown', message, {
      details: [{ pointer: '/granteePlatformId', message }],
    });
  }
  const consent: ConsentDocument = {
    _id: services.ids.next('cns'),
    personId: actor.personId,
    granteePlatformId,
    purpose,
    grantedAt: new Date(now),
    expiresAt: new Date(expiresAt),
  };
  await services.models.consents.create([consent], session === undefined ? {} : { session });
  return consent;
}

/** The same instant of the next calendar year; 29 February becomes 1 March. */
function yearAfter(at: Instant): Instant {
  const date = new Date(at);
  return date.setUTCFullYear(date.getUTCFullYear() + 1);
}
