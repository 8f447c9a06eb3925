import { money } from '../../programs/money.ts';
import type { PremiumShare } from '../../programs/premium/premium-transfers.ts';
import { insertNew } from '../shifts/store-flush.ts';
import type { Services } from '../services.ts';
import { bordereauLines, carriersOf } from './make-lines.ts';

const BATCH = 500;

/** A statement, issued or about to be, as far as its bordereau lines must agree with it. */
export interface DeclaredStatement {
  readonly statementId: string;
  readonly policyId: string;
  readonly lineCount: number;
  readonly total: { readonly amount: number; readonly currency: string };
}

/**
 * What each carrier and product has in a statement, counted from its bordereau lines. They must come to what the statement
 * declares; lines that an earlier version of this program left out are made first. Throws a plain Error when they do not.
 */
export async function countShares(
  services: Pick<Services, 'models' | 'database'>,
  statement: DeclaredStatement,
): Promise<readonly PremiumShare[]> {
  const counted = await sharesOf(services, statement.statementId);
  if (agree(counted, statement)) return counted;
  await fillLines(services, statement);
  const filled = await sharesOf(services, statement.statementId);
  if (agree(filled, statement)) return filled;
  throw new Error(`The bordereau lines of ${statement.statementId} do not come to what the statement declares.`);
}

async function sharesOf({ models }: Pick<Services, 'models'>, statementId: string): Promise<readonly PremiumShare[]> {
  const shares = await models.bordereauLines.collection
    .aggregate<{ _id: { carrierId: string; product: string; currency: string }; lineCount: number; amount: number }>([
      { $match: { statementId } },
      {
        $group: {
          _id: { carrierId: '$carrierId', product: '$product', currency: '$currency' },
          lineCount: { $sum: 1 },
          amount: { $sum: '$amount' },
        },
      },
      { $sort: { _id: 1 } },
    ])
    .toArray();
  return shares.map(({ _id: { carrierId, product, currency }, lineCount, amount }) => {
    return { carrierId, product, lineCount, amount: money(amount, currency) };
  });
}

function agree(shares: readonly PremiumShare[], { lineCount, total }: DeclaredStatement): boolean {
  let count = 0;
  let amount = 0;
  for (const share of shares) {
    count += share.lineCount;
    amount += share.amount.amount;
    if (share.amount.currency !== total.currency) return false;
  }
  return count === lineCount && amount === total.amount;
}

/** Makes the bordereau lines of statement lines that have none, in batches; again changes nothing. */
async function fillLines(
  services: Pick<Services, 'models' | 'database'>,
  { statementId, policyId }: DeclaredStatement,
): Promise<void> {
  const { models, database } = services;
  const carriers = await carriersOf(services, policyId);
  let after = '';
  for (;;) {
    const lines = await models.statementLines
      .find({ statementId, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    const last = lines.at(-1);
    if (last === undefined) return;
    const coverIds = lines.map(({ coverId }) => coverId);
    const found = await models.covers
      .find({ _id: { $in: coverIds } }, { policyId: 1, policyRevision: 1, product: 1, productDay: 1 })
      .lean();
    const covers = new Map(found.map((cover) => [cover._id, cover]));
    const charged = lines.map((line) => {
      const cover = covers.get(line.coverId);
      if (!cover) throw new Error(`The cover ${line.coverId} of ${statementId} is not stored.`);
      return { line, cover };
    });
    await insertNew(database.db, 'bordereau_lines', bordereauLines(statementId, carriers, charged));
    after = last._id;
  }
}
