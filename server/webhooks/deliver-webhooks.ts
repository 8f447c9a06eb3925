import { placeEvents } from '../events/place-events.ts';
import type { Services } from '../services.ts';
import { DeliveryPool, type PoolOptions } from './delivery-pool.ts';
import { fanOut } from './fan-out.ts';
import { webhookRows } from './webhook-models.ts';

export interface DeliveredWebhooks {
  readonly placed: number;
  readonly made: number;
  readonly endpoints: number;
  readonly removed: number;
}

const REMOVED_AT_ONCE = 1_000;

/**
 * One whole pass, for the job's tick: places what is new, makes deliveries for every endpoint that is behind, calls what is
 * due (each endpoint once, so that a dead one cannot make the tick last for ever), and removes old deliveries. The loop
 * of `webhook-runner.ts` does the same all the time; this finds what no loop was there for.
 */
export async function deliverWebhooks(services: Services, options: PoolOptions = {}): Promise<DeliveredWebhooks> {
  const now = services.clock.now();
  const placed = await placeEvents(services, { now });
  const { made } = await fanOut(services, { since: 0, now });
  const pool = new DeliveryPool(services, { ...options, once: true });
  let endpoints = 0;
  for (;;) {
    const started = await pool.startDue();
    if (started === 0) break;
    endpoints += started;
    await pool.settled();
  }
  return { placed, made, endpoints, removed: await removeOld(services, now) };
}

async function removeOld(services: Pick<Services, 'database'>, now: number): Promise<number> {
  const { deliveries } = webhookRows(services);
  let removed = 0;
  for (;;) {
    const old = await deliveries
      .find({ expiresAt: { $lte: new Date(now) } }, { projection: { _id: 1 } })
      .limit(REMOVED_AT_ONCE)
      .toArray();
    if (old.length === 0) return removed;
    const { deletedCount } = await deliveries.deleteMany({
      _id: { $in: old.map(({ _id }) => _id) },
      // Not one that was sent again meanwhile.
      expiresAt: { $lte: new Date(now) },
    });
    removed += deletedCount;
  }
}
