import { expirePending } from '../server/ledger/expire-pending.ts';
import type { Tick } from './schedule.ts';

/** Ends the reservations whose time is over. */
export const expireReservationsTick: Tick = async (services) => ({
  ...(await expirePending(services, services.clock.now())),
});
