import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import { coverTermsOf } from '../shifts/ensure-covers.ts';
import { insertNew, periodOf } from '../shifts/store-flush.ts';
import type { PeriodDocument } from './period-model.ts';

/** A product day of a policy. */
export interface PeriodKey {
  readonly policyId: string;
  readonly productDay: string;
}

export const periodId = ({ policyId, productDay }: PeriodKey): string => `${policyId}/${productDay}`;

/**
 * Makes the missing periods of these days from the events that name them (a crash may have lost them, G18); answers how
 * many were made. A day that no event names is left out.
 */
export async function ensurePeriods(
  { models, database }: Pick<Services, 'models' | 'database'>,
  keys: readonly PeriodKey[],
): Promise<number> {
  const known = await models.periods.find({ _id: { $in: keys.map(periodId) } }, { _id: 1 }).lean();
  const there = new Set(known.map(({ _id }) => _id));
  const witnesses = await Promise.all(
    keys
      .filter((key) => !there.has(periodId(key)))
      .map(({ policyId, productDay }) =>
        models.shiftEvents
          .findOne({ 'decision.cover.policyId': policyId, 'decision.cover.productDay': productDay })
          .lean(),
      ),
  );
  const events = witnesses.filter((event) => event !== null);
  if (events.length === 0) return 0;
  const termsOf = await coverTermsOf({ models }, events);
  const periods = events.map((event) => periodOf(termsOf(event), event.platformId));
  const taken = await insertNew(database.db, 'periods', periods);
  return periods.length - taken.size;
}

/** The period of a product day. Throws `not_found` `period_not_found` when no event ever named it. */
export async function periodFor(
  services: Pick<Services, 'models' | 'database'>,
  policyId: string,
  productDay: string,
): Promise<PeriodDocument> {
  const key = { policyId, productDay };
  const read = () => services.models.periods.findById(periodId(key)).lean();
  const known = await read();
  if (known) return known;
  await ensurePeriods(services, [key]);
  const made = await read();
  if (made) return made;
  throw new Refusal(
    'not_found',
    'period_not_found',
    `No shift event names ${productDay} under the policy ${policyId}: there is nothing to close.`,
  );
}
