import { addDays } from '../../programs/calendar.ts';
import { startOfDay } from '../../programs/invoices/billing-terms.ts';
import type { Services } from '../services.ts';

/** Whether a policy's covers of that product day may have been paid from a deposit: a prepaid revision governed a part of it. */
export async function isPrepaidOn(
  { models }: Pick<Services, 'models'>,
  policyId: string,
  productDay: string,
): Promise<boolean> {
  const revisions = await models.policyRevisions
    .find({ policyId }, { revision: 1, effectiveAt: 1, prepaid: 1, timeZone: 1 })
    .sort({ revision: 1 })
    .lean();
  return revisions.some(({ prepaid, timeZone, effectiveAt }, at) => {
    if (!prepaid) return false;
    // A product day may begin some hours before or after midnight.
    const next = revisions[at + 1]?.effectiveAt.getTime() ?? Infinity;
    return (
      effectiveAt.getTime() < startOfDay(addDays(productDay, 2), timeZone) && next > startOfDay(productDay, timeZone)
    );
  });
}
