import { expireTokens } from '../server/people/expire-tokens.ts';
import type { Tick } from './schedule.ts';

/** Removes tokens that expired long ago, until none is left. */
export const expireTokensTick: Tick = async (services) => {
  let removed = 0;
  for (;;) {
    const batch = await expireTokens(services);
    removed += batch.removed;
    if (!batch.more) return { removed };
  }
};
