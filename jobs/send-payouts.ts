import { sendAllDue } from '../server/payouts/drain-payouts.ts';
import { fundPayouts } from '../server/payouts/fund-payouts.ts';
import { openPayouts } from '../server/payouts/open-payouts.ts';
import type { Tick } from './schedule.ts';

/** Reserves what lacked money, and sends what is due, should no sender run; one runs in every process of jobs. */
export const sendPayoutsTick: Tick = async (services) => {
  const payouts = openPayouts(services);
  const { funded } = await fundPayouts(payouts);
  return { funded, ...(await sendAllDue(payouts)) };
};
