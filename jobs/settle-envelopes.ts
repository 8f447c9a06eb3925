import { settleEnvelopes } from '../server/deposits/settle-envelopes.ts';
import type { Tick } from './schedule.ts';

/** Closes the envelopes that crashed processes left open, and settles prepaid days on their deposits (G21). */
export const settleEnvelopesTick: Tick = async (services) => ({
  ...(await settleEnvelopes(services, { now: services.clock.now() })),
});
