import { addDays } from '../../programs/calendar.ts';
import { startOfDay } from '../../programs/invoices/billing-terms.ts';
import type { Services } from '../services.ts';

/** Whether covers of a policy's product day are paid from a deposit: a prepaid revision governs one of them (G15). */
export async function isPrepaidOn(
  { models }: Pick<Services, 'models'>,
  policyId: string,
  productDay: string,
): Promise<boolean> {
  const revisions = await models.policyRevisions
    .find({ policyId }, { revision: 1, effectiveAt: 1, prepaid: 1, timeZone: 1 })
    .sort({ revision: 1 })
    .lean();
  const prepaid = revisions.filter((each, at) => {
    if (!each.prepaid) return false;
    // A product day may begin some hours before or after midnight, and a late start is governed from its receipt.
    const next = revisions[at + 1]?.effectiveAt.getTime() ?? Infinity;
    const { timeZone, effectiveAt } = each;
    return (
      effectiveAt.getTime() < startOfDay(addDays(productDay, 2), timeZone) && next > startOfDay(productDay, timeZone)
    );
  });
  if (prepaid.length === 0) return false;
  const covers = {
    'decision.cover.policyId': policyId,
    'decision.cover.productDay': productDay,
    'decision.cover.policyRevision': { $in: prepaid.map(({ revision }) => revision) },
  };
  return (await models.shiftEvents.exists(covers)) !== null;
}
