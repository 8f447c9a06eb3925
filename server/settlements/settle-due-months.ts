import type { ActorOf } from '../actor.ts';
import { certifiedMonths } from '../ledger/closed-months.ts';
import type { Services } from '../services.ts';
import { createSettlement } from './create-settlement.ts';
import { paySettlement } from './pay-settlement.ts';
import type { CarrierMonth } from './reconcile-month.ts';

export interface SettleDueMonths {
  readonly actor: ActorOf<'operator'>;
}

export interface SettleTally {
  readonly settled: number;
  /** Payouts made for settlements. */
  readonly payouts: number;
  /** Refused or in error: logged, and due again at the next run. */
  readonly failed: number;
}

/**
 * Settles with every carrier every closed month that is not settled, oldest first, and makes the payouts of settlements that
 * have none. A month that cannot be settled keeps the later ones of its carrier waiting, and nobody else.
 */
export async function settleDueMonths(services: Services, { actor }: SettleDueMonths): Promise<SettleTally> {
  const settled = await settleMonths(services, actor);
  const paid = await payIssued(services, actor);
  return { settled: settled.done, payouts: paid.done, failed: settled.failed + paid.failed };
}

interface Counts {
  readonly done: number;
  readonly failed: number;
}

async function settleMonths(services: Services, actor: ActorOf<'operator'>): Promise<Counts> {
  const { log } = services;
  const stuck = new Set<string>();
  let done = 0;
  let failed = 0;
  for (const due of await dueMonths(services)) {
    const { carrierId, month, currency } = due;
    const line = `${carrierId} ${currency}`;
    if (stuck.has(line)) continue;
    try {
      const { _id } = await createSettlement(services, { actor, carrierId, month, currency });
      done += 1;
      log.info({ settlementId: _id, carrierId, month, currency }, 'month settled');
    } catch (error) {
      stuck.add(line);
      failed += 1;
      log.error({ err: error, carrierId, month, currency }, 'month not settled; it stays due');
    }
  }
  return { done, failed };
}

/** A carrier without a payee keeps only its own settlements waiting. */
async function payIssued(services: Services, actor: ActorOf<'operator'>): Promise<Counts> {
  const { models, log } = services;
  let done = 0;
  let failed = 0;
  const issued = await models.settlements.find({ state: 'issued' }, { carrierId: 1 }).sort({ month: 1, _id: 1 }).lean();
  for (const { _id: settlementId, carrierId } of issued) {
    try {
      const { payoutId } = await paySettlement(services, { actor, settlementId });
      done += 1;
      log.info({ settlementId, carrierId, payoutId }, 'settlement has its payout');
    } catch (error) {
      failed += 1;
      log.error({ err: error, settlementId, carrierId }, 'settlement not paid; it stays due');
    }
  }
  return { done, failed };
}

async function dueMonths(services: Services): Promise<readonly CarrierMonth[]> {
  const open = await services.models.bordereaux.find({ settlementId: null }).sort({ month: 1, _id: 1 }).lean();
  const [first] = open;
  if (!first) return [];
  const closed = await certifiedMonths(services, first.month);
  return open.filter(({ month }) => closed.has(month));
}
