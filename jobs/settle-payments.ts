import { settlePayments } from '../server/payments/settle-payments.ts';
import type { Tick } from './schedule.ts';

/** Reads what the payment provider settled, and books what has become cash. */
export const settlePaymentsTick: Tick = async (services) => settlePayments(services, { now: services.clock.now() });
