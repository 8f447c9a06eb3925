import type { ActorOf } from '../actor.ts';
import { certifiedMonths } from '../ledger/closed-months.ts';
import type { Services } from '../services.ts';
import { createSettlement } from './create-settlement.ts';
import type { CarrierMonth } from './reconcile-month.ts';

export interface SettleDueMonths {
  readonly actor: ActorOf<'operator'>;
}

export interface SettleTally {
  readonly settled: number;
  /** Refused or in error: logged, and due again at the next run. */
  readonly failed: number;
}

/**
 * Settles with every carrier every closed month that is not settled, oldest first. A month that cannot be settled keeps
 * the later ones of its carrier waiting, and nobody else.
 */
export async function settleDueMonths(services: Services, { actor }: SettleDueMonths): Promise<SettleTally> {
  const { log } = services;
  const stuck = new Set<string>();
  let settled = 0;
  let failed = 0;
  for (const due of await dueMonths(services)) {
    const { carrierId, month, currency } = due;
    const line = `${carrierId} ${currency}`;
    if (stuck.has(line)) continue;
    try {
      const { _id } = await createSettlement(services, { actor, carrierId, month, currency });
      settled += 1;
      log.info({ settlementId: _id, carrierId, month, currency }, 'month settled');
    } catch (error) {
      stuck.add(line);
      failed += 1;
      log.error({ err: error, carrierId, month, currency }, 'month not settled; it stays due');
    }
  }
  return { settled, failed };
}

async function dueMonths(services: Services): Promise<readonly CarrierMonth[]> {
  const open = await services.models.bordereaux.find({ settlementId: null }).sort({ month: 1, _id: 1 }).lean();
  const [first] = open;
  if (!first) return [];
  const closed = await certifiedMonths(services, first.month);
  return open.filter(({ month }) => closed.has(month));
}
