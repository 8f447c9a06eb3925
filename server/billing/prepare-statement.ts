import type { Document } from 'mongodb';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import { firstOpenDay, monthOf } from '../../programs/ledger/months.ts';
import { premiumTransfers, type PremiumShare } from '../../programs/premium/premium-transfers.ts';
import { bordereauIdOf, type BordereauDocument } from '../bordereaux/bordereau-model.ts';
import { countShares, type DeclaredStatement } from '../bordereaux/count-shares.ts';
import { toLong } from '../database/longs.ts';
import { closedMonths } from '../ledger/closed-months.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { Services } from '../services.ts';

export interface StatementToPost extends DeclaredStatement {
  readonly closeKey: string;
  readonly productDay: string;
}

/** A statement's way into the books: parts of the ledger unit in which it is issued, or booked later. */
export interface StatementPosting {
  readonly transfers: readonly NewTransfer[];
  /** The bordereaux that its lines stand on, where they are new. */
  readonly writes: readonly UnitWrite[];
  /** What its document says of it: `effectiveOn`, `month` and `shares` of a statement. */
  readonly booked: Document;
}

/**
 * Prepares the booking of a statement. It counts to its product day, or where that month is closed to the first open day
 * after it (M10): so a month of the ledger, the statements booked into it and its bordereau are the same premium. The
 * caller commits it in one unit; should the ledger answer `month_closed`, the month was closed meanwhile: prepare again.
 */
export async function prepareStatement(services: Services, statement: StatementToPost): Promise<StatementPosting> {
  const { statementId, closeKey, policyId, productDay, total } = statement;
  const shares = await countShares(services, statement);
  const effectiveOn = firstOpenDay(productDay, await closedMonths(services, monthOf(productDay)));
  const month = monthOf(effectiveOn);
  const carrierIds = [...new Set(shares.map(({ carrierId }) => carrierId))];
  return {
    transfers: premiumTransfers({ closeKey, statementId, policy: { policyId }, productDay, effectiveOn, shares }),
    writes: await newBordereaux(services, carrierIds, month, total.currency),
    booked: { effectiveOn, month, shares: shares.map(storedShare) },
  };
}

/** Only those that are not there: units that write one document wait for each other. */
async function newBordereaux(
  { models, clock }: Services,
  carrierIds: readonly string[],
  month: string,
  currency: string,
): Promise<readonly UnitWrite[]> {
  const openedAt = new Date(clock.now());
  const wanted = carrierIds.map((carrierId): BordereauDocument => {
    return { _id: bordereauIdOf(carrierId, month, currency), carrierId, month, currency, openedAt };
  });
  const known = await models.bordereaux.find({ _id: { $in: wanted.map(({ _id }) => _id) } }, { _id: 1 }).lean();
  const there = new Set(known.map(({ _id }) => _id));
  return wanted
    .filter(({ _id }) => !there.has(_id))
    .map((document) => ({ kind: 'insert_once', collection: 'bordereaux', document: { ...document } }));
}

const storedShare = ({ carrierId, product, lineCount, amount }: PremiumShare): Document => ({
  carrierId,
  product,
  lineCount,
  amount: toLong(amount.amount),
});
