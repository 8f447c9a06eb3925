import { formatMoney, money, type Money } from '../../programs/money.ts';
import {
  addFigures,
  dayMismatch,
  NO_PREMIUM,
  type PremiumFigures,
  type PremiumMismatch,
} from '../../programs/premium/reconcile-premium.ts';
import { monthAfter } from '../../programs/ledger/months.ts';
import { premiumPayable } from '../../programs/premium/premium-transfers.ts';
import { splitPremium } from '../../programs/premium/split-premium.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { StatementDocument } from '../billing/statement-model.ts';
import { statementsOf } from '../bordereaux/read-bordereau.ts';
import type { Services } from '../services.ts';
import { RECEIPT_OVERLAP_MS } from '../shifts/walk-receipts.ts';
import { dayFigures } from './day-figures.ts';

/** A carrier's month in one currency. */
export interface CarrierMonth {
  readonly carrierId: string;
  /** `YYYY-MM` */
  readonly month: string;
  readonly currency: string;
}

/** A month whose premium is the same however it is counted. Minor units. */
export interface ReconciledMonth {
  readonly figures: PremiumFigures;
  /** The carrier's share, and by policy. */
  readonly payable: number;
  readonly payableByPolicy: ReadonlyMap<string, number>;
  readonly commission: number;
  readonly levies: ReadonlyMap<string, number>;
  readonly statementCount: number;
  readonly lineCount: number;
}

/**
 * Counts the premium of a carrier's month in five ways, policy by policy and day by day: the covers' folds, the statements'
 * lines, the statements, the bordereau, the ledger; and sees that the carrier's account took nothing else in that month.
 * Reads only; memory is bounded by a day's statements and a batch of its covers.
 *
 * Throws `settlement_mismatch` at the first day that differs, and `settlement_not_ready` when a day differs because events
 * wait for its next close.
 */
export async function reconcileMonth(services: Services, of: CarrierMonth): Promise<ReconciledMonth> {
  const { carrierId, currency } = of;
  const booked = await bookedByStatement(services, of);
  const payableByPolicy = new Map<string, number>();
  const levies = new Map<string, number>();
  let figures = NO_PREMIUM;
  let [payable, commission, statementCount, lineCount] = [0, 0, 0, 0];
  for await (const statements of statementsByDay(services, of)) {
    const day = await dayFigures(services, of, statements);
    const mismatch = dayMismatch(day);
    if (mismatch) throw await explain(services, mismatch, currency);
    figures = addFigures(figures, day);
    for (const { _id, policyId, shares = [] } of statements) {
      let carrierPart = 0;
      for (const share of shares.filter((each) => each.carrierId === carrierId)) {
        const parts = splitPremium(money(share.amount, currency), share.product);
        carrierPart += parts.carrier.amount;
        commission += parts.commission.amount;
        for (const { authority, amount } of parts.levies) add(levies, authority, amount.amount);
        lineCount += share.lineCount;
      }
      payable += carrierPart;
      add(payableByPolicy, policyId, carrierPart);
      statementCount += 1;
      add(booked, _id, -carrierPart);
    }
  }
  for (const [statementId, amount] of booked) {
    if (amount !== 0) throw unexplained(of, statementId, money(amount, currency));
  }
  return { figures, payable, payableByPolicy, commission, levies, statementCount, lineCount };
}

const add = (sums: Map<string, number>, key: string, amount: number): void =>
  void sums.set(key, (sums.get(key) ?? 0) + amount);

/** The month's statements in which the carrier has a share, those of one policy and day together, in that order. */
async function* statementsByDay(
  services: Pick<Services, 'models'>,
  of: CarrierMonth,
): AsyncGenerator<readonly StatementDocument[]> {
  let day: StatementDocument[] = [];
  for await (const statement of statementsOf(services, of)) {
    const [first] = day;
    if (first && (first.policyId !== statement.policyId || first.productDay !== statement.productDay)) {
      yield day;
      day = [];
    }
    day.push(statement);
  }
  if (day.length > 0) yield day;
}

/** What the carrier's account took in the month, by the statement that each transfer names. */
async function bookedByStatement(
  { models }: Services,
  { carrierId, month, currency }: CarrierMonth,
): Promise<Map<string, number>> {
  const account = premiumPayable(carrierId, currency);
  const effectiveOn = { $gte: `${month}-01`, $lt: `${monthAfter(month)}-01` };
  const group = { $group: { _id: '$refs.statementId', amount: { $sum: '$amount' } } };
  const sums = new Map<string, number>();
  for (const [kind, side, sign] of [
    ['premium_charged', 'credit', 1],
    ['premium_credited', 'debit', -1],
  ] as const) {
    const found = models.transfers.collection.aggregate<{ _id: string | null; amount: number }>([
      { $match: { kind, [side]: account, effectiveOn } },
      group,
    ]);
    for await (const { _id, amount } of found) add(sums, _id ?? '', sign * amount);
  }
  return sums;
}

/** A day that waits to be closed or booked differs for a while; any other difference is a fault in the books. */
async function explain(services: Services, mismatch: PremiumMismatch, currency: string): Promise<Refusal> {
  const { policyId, productDay, between, figures } = mismatch;
  const [one, other] = between;
  const pointer = `/${policyId}/${productDay}`;
  if (one === 'covers' && (await isUnderWay(services, policyId, productDay))) {
    return new Refusal(
      'conflict',
      'settlement_not_ready',
      `${productDay} under ${policyId} waits for its next close: close it, or try again in an hour or two.`,
      { details: [{ pointer, message: `${productDay} under ${policyId} is not closed.` }] },
    );
  }
  const shown = (amount: number): string => formatMoney(money(amount, currency));
  const message = `${productDay} under ${policyId} differs: ${one} ${shown(figures[one])}, ${other} ${shown(figures[other])}.`;
  return new Refusal('conflict', 'settlement_mismatch', message, {
    details: [{ pointer, code: `${one}_${other}`, message }],
  });
}

/** Whether events of the day wait for a close, or a statement of it waits to be booked. */
async function isUnderWay({ models }: Services, policyId: string, productDay: string): Promise<boolean> {
  const period = await models.periods.findOne({ policyId, productDay }).lean();
  if (period?.state !== 'closed' || period.closing || !period.cutOffAt) return true;
  const late = {
    'decision.cover.policyId': policyId,
    'decision.cover.productDay': productDay,
    receivedAt: { $gte: new Date(period.cutOffAt.getTime() - RECEIPT_OVERLAP_MS) },
  };
  if (await models.shiftEvents.exists(late)) return true;
  return (await models.statements.exists({ policyId, productDay, month: null })) !== null;
}

function unexplained({ carrierId, month }: CarrierMonth, statementId: string, amount: Money): Refusal {
  const what = statementId === '' ? 'no statement' : `the statement ${statementId}`;
  return new Refusal(
    'conflict',
    'settlement_mismatch',
    `The premium account of ${carrierId} took ${formatMoney(amount)} in ${month} that ${what} of the month explains.`,
  );
}
