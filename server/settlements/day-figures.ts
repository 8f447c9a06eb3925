import { money } from '../../programs/money.ts';
import { premiumTransfers } from '../../programs/premium/premium-transfers.ts';
import type { DayFigures } from '../../programs/premium/reconcile-premium.ts';
import { dayCovers } from '../billing/day-covers.ts';
import { foldCovers } from '../billing/fold-covers.ts';
import type { StatementDocument } from '../billing/statement-model.ts';
import { carriersOf } from '../bordereaux/make-lines.ts';
import type { Services } from '../services.ts';
import type { CarrierMonth } from './reconcile-month.ts';

const COVERS_BATCH = 500;

/**
 * The premium of one carrier on one product day of one policy, as far as it was charged in the month: `statements` are the
 * month's statements of that day, at least one.
 */
export async function dayFigures(
  services: Services,
  { carrierId, month }: CarrierMonth,
  statements: readonly StatementDocument[],
): Promise<DayFigures> {
  const [first] = statements;
  if (!first) throw new Error('A day without a statement has nothing to compare.');
  const { policyId, productDay } = first;
  const ids = statements.map(({ _id }) => _id);
  const lines = await sumOf(services.models.statementLines, { statementId: { $in: ids } });
  const bordereau = await sumOf(services.models.bordereauLines, { statementId: { $in: ids }, carrierId });
  let declared = 0;
  let ofOthers = 0;
  for (const { total, shares = [] } of statements) {
    declared += total.amount;
    for (const share of shares) if (share.carrierId !== carrierId) ofOthers += share.amount;
  }
  const elsewhere = await chargedElsewhere(services, { carrierId, month, policyId, productDay });
  return {
    ...{ policyId, productDay, bordereau },
    covers: (await foldedPremium(services, { carrierId, policyId, productDay })) - elsewhere,
    lines: lines - ofOthers,
    statements: declared - ofOthers,
    ledger: await bookedPremium(services, carrierId, statements),
  };
}

interface CarrierDay {
  readonly carrierId: string;
  readonly policyId: string;
  readonly productDay: string;
}

/** What the covers of the day that are the carrier's charge, by all that is known of them. */
async function foldedPremium(services: Services, { carrierId, policyId, productDay }: CarrierDay): Promise<number> {
  const now = services.clock.now();
  const carriers = await carriersOf(services, policyId);
  let sum = 0;
  const query = { policyId, productDay, afterWorkerId: '', batchSize: COVERS_BATCH };
  for await (const covers of dayCovers(services, query)) {
    for (const { terms, live, charge } of await foldCovers(services, covers, now)) {
      if (live && carriers.get(terms.policyRevision) === carrierId) sum += charge.amount;
    }
  }
  return sum;
}

/** What statements of the day that are booked into other months charged for the carrier. */
async function chargedElsewhere(
  { models }: Services,
  { carrierId, month, policyId, productDay }: CarrierDay & { readonly month: string },
): Promise<number> {
  const others = await models.statements.find({ policyId, productDay, month: { $ne: month } }, { shares: 1 }).lean();
  return others
    .flatMap(({ shares = [] }) => shares)
    .reduce((sum, share) => sum + (share.carrierId === carrierId ? share.amount : 0), 0);
}

/** What the ledger has of the carrier's shares, all of their parts: only transfers between the right accounts count. */
async function bookedPremium(
  { models }: Services,
  carrierId: string,
  statements: readonly StatementDocument[],
): Promise<number> {
  const expected = statements.flatMap(({ _id, closeKey, policyId, productDay, effectiveOn, total, shares = [] }) =>
    premiumTransfers({
      ...{ closeKey, statementId: _id, policy: { policyId }, productDay, effectiveOn: effectiveOn ?? productDay },
      shares: shares
        .filter((share) => share.carrierId === carrierId)
        .map((share) => ({ ...share, amount: money(share.amount, total.currency) })),
    }),
  );
  const found = await models.transfers
    .find({ _id: { $in: expected.map(({ id }) => id) } }, { kind: 1, debit: 1, credit: 1, amount: 1, effectiveOn: 1 })
    .lean();
  const stored = new Map(found.map((transfer) => [transfer._id, transfer]));
  let sum = 0;
  for (const transfer of expected) {
    const there = stored.get(transfer.id);
    if (!there || transfer.type !== 'posted' || there.effectiveOn !== transfer.effectiveOn) continue;
    if (there.debit !== transfer.debit || there.credit !== transfer.credit) continue;
    sum += transfer.kind === 'premium_charged' ? there.amount : -there.amount;
  }
  return sum;
}

async function sumOf(
  model: Services['models']['statementLines'] | Services['models']['bordereauLines'],
  filter: Readonly<Record<string, unknown>>,
): Promise<number> {
  const [sum] = await model.collection
    .aggregate<{ amount: number }>([{ $match: filter }, { $group: { _id: null, amount: { $sum: '$amount' } } }])
    .toArray();
  return sum?.amount ?? 0;
}
