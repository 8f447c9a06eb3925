import type { Instant } from '../../programs/calendar.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import { closeDay, type CloseDay, type CloseResult } from './close-day.ts';
import { discoverPeriods } from './discover-periods.ts';

/** How many days a run closed, by what came of it. */
export type CloseTally = Readonly<Record<CloseResult['status'] | 'failed', number>>;

export interface CloseDueDays {
  readonly actor: ActorOf<'operator'>;
  readonly now: Instant;
  /** Most days in one run. Default: all that are due. */
  readonly limit?: number;
}

/** Read at a time; a run drains all that is due. */
const PAGE = 100;

/**
 * Closes every product day that is due, oldest first, after looking for days and late events that no period knows of yet.
 * One day that fails does not keep the others from being closed: it is logged and counted, and due again at the next run.
 */
export async function closeDueDays(
  services: Services,
  { actor, now, limit = Infinity }: CloseDueDays,
): Promise<CloseTally> {
  await discoverPeriods(services, { now });
  const tally = newTally();
  let after: { readonly dueAt: Date; readonly _id: string } | undefined;
  let left = limit;
  while (left > 0) {
    const page = await services.models.periods
      .find(
        {
          state: 'open',
          // The lower bound keeps what was looked at before out of the scan; the rest of the cursor only filters.
          dueAt: { ...(after && { $gte: after.dueAt }), $lte: new Date(now) },
          ...(after && { $or: [{ dueAt: { $gt: after.dueAt } }, { _id: { $gt: after._id } }] }),
        },
        { policyId: 1, productDay: 1, dueAt: 1 },
      )
      .sort({ dueAt: 1, _id: 1 })
      .limit(Math.min(PAGE, left))
      .lean();
    for (const { policyId, productDay } of page) {
      tally[await closeOrTell(services, { actor, policyId, productDay, force: false })] += 1;
    }
    left -= page.length;
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
  return tally;
}

export function newTally(): Record<keyof CloseTally, number> {
  return { issued: 0, nothing_new: 0, not_due: 0, busy: 0, failed: 0 };
}

async function closeOrTell(services: Services, command: CloseDay): Promise<keyof CloseTally> {
  try {
    return (await closeDay(services, command)).status;
  } catch (error) {
    const { policyId, productDay } = command;
    services.log.error({ err: error, policyId, productDay }, 'day not closed; it stays due');
    return 'failed';
  }
}
