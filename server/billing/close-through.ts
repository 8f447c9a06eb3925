import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import { closeDay, type CloseResult } from './close-day.ts';
import { discoverPeriodsOf } from './discover-periods.ts';

export interface CloseThrough {
  readonly actor: ActorOf<'operator'>;
  readonly policyId: string;
  /** The last product day to close, `YYYY-MM-DD`. */
  readonly through: string;
  /** Fold closed days again too, for events that became visible long after their receipt. Default: open days only. */
  readonly everyDay?: boolean;
  readonly onProgress?: (day: ClosedDay, done: number, total: number) => void;
}

export interface ClosedDay {
  readonly productDay: string;
  readonly result: CloseResult;
}

/**
 * Closes, due or not, every product day of a policy up to and including `through` that is open or has events since its
 * last close, oldest first (G18). Days are found from the events themselves, so nothing hangs on a lost period. A day
 * that another process is closing is answered as `busy` and not waited for.
 *
 * Throws `not_found` `policy_not_found`. An error on one day stops the run; running it again goes on from there.
 */
export async function closeThrough(services: Services, command: CloseThrough): Promise<readonly ClosedDay[]> {
  const { actor, policyId, through, onProgress } = command;
  const days = await openDaysThrough(services, command);
  const closed: ClosedDay[] = [];
  for (const productDay of days) {
    const day = { productDay, result: await closeDay(services, { actor, policyId, productDay, force: true }) };
    closed.push(day);
    onProgress?.(day, closed.length, days.length);
  }
  services.log.info({ policyId, through, days: days.length }, 'days closed through');
  return closed;
}

/** The product days that `closeThrough` would close, oldest first: what a command shows before it applies. */
export async function openDaysThrough(
  services: Services,
  { policyId, through, everyDay = false }: Pick<CloseThrough, 'policyId' | 'through' | 'everyDay'>,
): Promise<readonly string[]> {
  const { policyRevisions, periods } = services.models;
  if (!(await policyRevisions.exists({ policyId }))) {
    throw new Refusal('not_found', 'policy_not_found', `There is no policy ${policyId}.`);
  }
  await discoverPeriodsOf(services, { policyId, through, now: services.clock.now() });
  const open = await periods
    .find({ policyId, productDay: { $lte: through }, ...(!everyDay && { state: 'open' }) }, { productDay: 1 })
    .sort({ productDay: 1 })
    .lean();
  return open.map(({ productDay }) => productDay);
}
