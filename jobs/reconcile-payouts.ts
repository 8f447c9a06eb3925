import { reconcileAllDue } from '../server/payouts/drain-payouts.ts';
import { openPayouts } from '../server/payouts/open-payouts.ts';
import type { Tick } from './schedule.ts';

/** Asks providers about payouts whose answer was ambiguous or whose end was not heard of. */
export const reconcilePayoutsTick: Tick = async (services) => reconcileAllDue(openPayouts(services));
