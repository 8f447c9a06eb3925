import { money } from '../../programs/money.ts';
import { netPremium } from '../../programs/ledger/carrier-events.ts';
import { settleMonth } from '../../programs/premium/settle-month.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import { bordereauIdOf } from '../bordereaux/bordereau-model.ts';
import { toLong } from '../database/longs.ts';
import { eventWrite } from '../events/event-row.ts';
import { certifiedMonths, openBooksDay } from '../ledger/closed-months.ts';
import type { Services } from '../services.ts';
import { reconcileMonth, type CarrierMonth, type ReconciledMonth } from './reconcile-month.ts';
import { settlementIdOf, type SettlementDocument } from './settlement-model.ts';

export interface CreateSettlement extends CarrierMonth {
  readonly actor: ActorOf<'operator'>;
}

/**
 * Settles a closed month with a carrier: counts its premium in every way there is, moves what its policies net to its
 * claims float (M4), and writes down what is to be paid out and why, with the news of it, in one unit. There is one
 * settlement for a carrier, month and currency: again answers the stored one, and changes nothing.
 *
 * Throws `bordereau_not_found` (nothing was charged in that month), `month_not_closed`, `settlement_out_of_order` (an earlier
 * month waits), and what `reconcileMonth` throws.
 */
export async function createSettlement(services: Services, command: CreateSettlement): Promise<SettlementDocument> {
  const stored = await findSettlement(services, command);
  if (stored) return stored;
  const settlement = await planSettlement(services, command);
  return (await commitSettlement(services, settlement)) ?? createSettlement(services, command);
}

const findSettlement = ({ models }: Services, { carrierId, month, currency }: CarrierMonth) =>
  models.settlements.findById(settlementIdOf(carrierId, month, currency)).lean();

/** What the settlement would be; nothing is written. Throws as `createSettlement`. */
export async function planSettlement(services: Services, command: CreateSettlement): Promise<SettlementDocument> {
  const { actor, carrierId, month, currency } = command;
  const now = services.clock.now();
  await mustBeNext(services, command);
  const counted = await reconcileMonth(services, command);
  const before = await services.models.settlements
    .findOne({ carrierId, currency, month: { $lt: month } })
    .sort({ month: -1 })
    .lean();
  const { payable, commission } = counted;
  const carriedIn = before?.carriedOut ?? 0;
  const settled = settleMonth({
    payable: money(payable, currency),
    nettable: money(await nettableOf(services, counted), currency),
    carriedIn: money(carriedIn, currency),
  });
  const [netted, toPay, carriedOut] = [settled.netted.amount, settled.toPay.amount, settled.carriedOut.amount];
  const levies = [...counted.levies].map(([authority, amount]) => ({ authority, amount }));
  return {
    _id: settlementIdOf(carrierId, month, currency),
    ...{ carrierId, month, currency, bordereauId: bordereauIdOf(carrierId, month, currency) },
    state: toPay > 0 ? 'issued' : 'nothing_to_pay',
    createdAt: new Date(now),
    createdBy: actorName(actor),
    ...{ statementCount: counted.statementCount, lineCount: counted.lineCount, figures: counted.figures },
    premium: counted.figures.statements,
    ...{ payable, commission, levies, carriedIn, netted, toPay, carriedOut },
  };
}

async function mustBeNext(services: Services, { carrierId, month, currency }: CarrierMonth): Promise<void> {
  const { bordereaux } = services.models;
  if (!(await bordereaux.exists({ _id: bordereauIdOf(carrierId, month, currency) }))) {
    throw new Refusal(
      'not_found',
      'bordereau_not_found',
      `Nothing was charged for ${carrierId} in ${currency} in ${month}.`,
    );
  }
  if (!(await certifiedMonths(services, month)).has(month)) {
    throw new Refusal('conflict', 'month_not_closed', `${month} is not closed in the books: close it first.`);
  }
  const earlier = await bordereaux
    .findOne({ carrierId, currency, settlementId: null, month: { $lt: month } })
    .sort({ month: 1 })
    .lean();
  if (!earlier) return;
  throw new Refusal(
    'conflict',
    'settlement_out_of_order',
    `${earlier.month} of ${carrierId} is not settled: settle it before ${month}.`,
  );
}

/** The part of the carrier's share under policies that net premium with claims, as they are agreed now. */
async function nettableOf({ models }: Services, { payableByPolicy }: ReconciledMonth): Promise<number> {
  let sum = 0;
  for (const [policyId, payable] of payableByPolicy) {
    const last = await models.policyRevisions.findOne({ policyId }).sort({ revision: -1 }).lean();
    if (last?.netting === true) sum += payable;
  }
  return sum;
}

/** Undefined when the same settlement was made, or the current month closed, meanwhile. */
async function commitSettlement(
  services: Services,
  settlement: SettlementDocument,
): Promise<SettlementDocument | undefined> {
  const { _id: id, carrierId, month, currency, netted, bordereauId, createdAt } = settlement;
  const now = createdAt.getTime();
  const effectiveOn = await openBooksDay(services, now);
  const transfers = netted > 0 ? [netPremium(id, { carrierId, amount: money(netted, currency), effectiveOn })] : [];
  const result = await services.ledger.commit({
    id: `settlement:${id}`,
    transfers,
    writes: [
      { kind: 'insert', collection: 'settlements', document: withLongs(settlement) },
      {
        ...({ kind: 'update', collection: 'bordereaux', id: bordereauId } as const),
        guard: { settlementId: null },
        update: { $set: { settlementId: id } },
      },
      eventWrite({
        type: 'settlement.issued',
        aggregateId: id,
        sequence: 1,
        audience: { kind: 'carrier', carrierId },
        occurredAt: now,
        recordedAt: now,
        data: { settlementId: id, carrierId, month, total: money(settlement.payable, currency) },
      }),
    ],
  });
  if (result.status === 'committed') return settlement;
  if (result.status === 'replayed' || ['already_exists', 'month_closed'].includes(result.code)) return undefined;
  throw new Error(`The ledger refuses the settlement ${id}: ${result.code}, ${result.message}`);
}

function withLongs(settlement: SettlementDocument) {
  const { figures, levies, premium, payable, commission, carriedIn, netted, toPay, carriedOut } = settlement;
  return {
    ...settlement,
    figures: Object.fromEntries(Object.entries(figures).map(([name, amount]) => [name, toLong(Number(amount))])),
    premium: toLong(premium),
    payable: toLong(payable),
    commission: toLong(commission),
    levies: levies.map(({ authority, amount }) => ({ authority, amount: toLong(amount) })),
    carriedIn: toLong(carriedIn),
    netted: toLong(netted),
    toPay: toLong(toPay),
    carriedOut: toLong(carriedOut),
  };
}
