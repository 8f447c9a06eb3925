import type { Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';
import type { ConsentDocument } from './consent-model.ts';

/** A consent counts from when it was granted until it expires (exclusive) or is withdrawn. */
export function isLiveConsent(consent: ConsentDocument, now: Instant): boolean {
  return consent.withdrawnAt === undefined && now < consent.expiresAt.getTime();
}

export interface ConsentQuestion {
  readonly personId: string;
  readonly granteePlatformId: string;
  readonly now: Instant;
}

/** Whether the person lets the platform see covers under other platforms' policies now (G22). Asked anew each time: a withdrawal holds at once. */
export async function hasLiveConsent(services: Pick<Services, 'models'>, question: ConsentQuestion): Promise<boolean> {
  const { personId, granteePlatformId, now } = question;
  const consent = await services.models.consents.exists({
    personId,
    granteePlatformId,
    purpose: 'cover_check',
    expiresAt: { $gt: new Date(now) },
    withdrawnAt: { $exists: false },
  });
  return consent !== null;
}
