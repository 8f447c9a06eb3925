import type { Services } from '../services.ts';

/**
 * The months from `since` (`YYYY-MM`) on that take no more transfers (M10), as of now: one may be closed a moment later, and
 * then the ledger refuses with `month_closed`.
 */
export async function closedMonths(
  { database }: Pick<Services, 'database'>,
  since: string,
): Promise<ReadonlySet<string>> {
  const months = await database.db
    .collection<{ _id: string }>('ledger_months')
    .find({ _id: { $gte: since } }, { projection: { _id: 1 } })
    .toArray();
  return new Set(months.map(({ _id }) => _id));
}
