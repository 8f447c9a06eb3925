import { runRounds, type RunningRounds } from '../run-rounds.ts';
import type { Services } from '../services.ts';
import { foldProviderEvents } from './fold-provider-events.ts';

/** Makes facts of what providers told soon after it came; the job `fold-provider-events` does the same where none runs. */
export function runFolder(services: Services, { pollMs = 500 }: { readonly pollMs?: number } = {}): RunningRounds {
  const round = async (signal: AbortSignal): Promise<void> => {
    const counts = await foldProviderEvents(services, { now: services.clock.now(), signal });
    if (Object.values(counts).some((count) => count > 0)) services.log.info(counts, 'folded what providers told');
  };
  return runRounds(round, {
    pauseMs: pollMs,
    onTrouble: (error) => services.log.error({ err: error }, 'events of providers are held up; they stay due'),
  });
}
