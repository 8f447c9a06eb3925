import { placeEvents } from '../events/place-events.ts';
import type { Services } from '../services.ts';
import { DeliveryPool, type PoolOptions } from './delivery-pool.ts';
import { fanOut } from './fan-out.ts';

export interface RunnerOptions extends PoolOptions {
  /** How long an idle loop waits before it looks again. */
  readonly idleMs?: number;
}

export interface WebhookRunner {
  /** Takes no more deliveries, and waits for the calls under way: at most one call's time. */
  stop(): Promise<void>;
}

const IDLE_MS = 500;
const AFTER_TROUBLE_MS = 2_000;
/** All endpoints are looked at this often, not only those whose audience was told something: one may have been resumed. */
const SWEEP_EVERY_MS = 10_000;

/**
 * Delivers all the time: places, fans out, calls, and waits for half a second when there is nothing to do. Any number of
 * processes may run one. What it cannot do now, because the database is away, say, it does when it looks again.
 */
export function startWebhookRunner(services: Services, options: RunnerOptions = {}): WebhookRunner {
  const { idleMs = IDLE_MS, ...poolOptions } = options;
  const bell = new Bell();
  const pool = new DeliveryPool(services, poolOptions, () => bell.ring());
  let stopping = false;
  let since = 0;
  let sweptAt = -Infinity;

  const look = async (): Promise<number> => {
    const now = services.clock.now();
    const placed = await placeEvents(services, { now });
    const sweep = performance.now() - sweptAt >= SWEEP_EVERY_MS;
    if (sweep) sweptAt = performance.now();
    const { made, until } = await fanOut(services, { since: sweep ? 0 : since, now });
    since = Math.max(since, until);
    await pool.startDue();
    return placed + made;
  };
  const loop = async (): Promise<void> => {
    while (!stopping) {
      try {
        if ((await look()) === 0) await bell.wait(idleMs);
      } catch (error) {
        services.log.error({ err: error }, 'webhooks are held up; they stay due');
        await bell.wait(AFTER_TROUBLE_MS);
      }
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping = true;
      bell.ring();
      await Promise.all([running, pool.stop()]);
    },
  };
}

/** Ends a wait early. A ring that nobody waits for is heard by the next who does. */
class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async wait(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#rung = false;
  }
}
