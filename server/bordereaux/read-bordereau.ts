import { money } from '../../programs/money.ts';
import { splitPremium } from '../../programs/premium/split-premium.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { StatementDocument } from '../billing/statement-model.ts';
import { closedMonths } from '../ledger/closed-months.ts';
import type { Services } from '../services.ts';
import type { BordereauDocument, BordereauLineDocument } from './bordereau-model.ts';

/** `open`: statements still join it; `closed`: its month is closed in the books; `settled`: with the carrier, too. */
export type BordereauState = 'open' | 'closed' | 'settled';

export interface BordereauHead extends BordereauDocument {
  readonly state: BordereauState;
}

/** A bordereau with what its lines come to; minor units of its currency. */
export interface BordereauTotals extends BordereauHead {
  readonly statementCount: number;
  readonly lineCount: number;
  readonly premium: number;
  /** The premium's parts. */
  readonly payable: number;
  readonly commission: number;
  readonly levies: readonly { readonly authority: string; readonly amount: number }[];
}

export interface ReadBordereau {
  readonly actor: ActorOf<'operator'>;
  readonly bordereauId: string;
}

/** Throws `bordereau_not_found`. */
export async function readBordereau(
  services: Pick<Services, 'models' | 'database'>,
  { bordereauId }: ReadBordereau,
): Promise<BordereauTotals> {
  const bordereau = await services.models.bordereaux.findById(bordereauId).lean();
  if (!bordereau) throw new Refusal('not_found', 'bordereau_not_found', `There is no bordereau ${bordereauId}.`);
  const [head = { ...bordereau, state: 'open' }] = await withStates(services, [bordereau]);
  return totalsOf(services, head);
}

/** Bordereaux with their states, in the order given. */
export async function withStates(
  services: Pick<Services, 'database'>,
  bordereaux: readonly BordereauDocument[],
): Promise<readonly BordereauHead[]> {
  const [first] = bordereaux.map(({ month }) => month).sort();
  const closed = first === undefined ? new Set<string>() : await closedMonths(services, first);
  return bordereaux.map((bordereau) => {
    const { settlementId, month } = bordereau;
    return { ...bordereau, state: settlementId !== undefined ? 'settled' : closed.has(month) ? 'closed' : 'open' };
  });
}

/** What the bordereau's statements come to; as long as it is open there may be more tomorrow. */
async function totalsOf(services: Pick<Services, 'models'>, bordereau: BordereauHead): Promise<BordereauTotals> {
  const { carrierId, currency } = bordereau;
  const levies = new Map<string, number>();
  let [statementCount, lineCount, premium, payable, commission] = [0, 0, 0, 0, 0];
  for await (const { shares = [] } of statementsOf(services, bordereau)) {
    statementCount += 1;
    for (const share of shares.filter((each) => each.carrierId === carrierId)) {
      const parts = splitPremium(money(share.amount, currency), share.product);
      lineCount += share.lineCount;
      premium += share.amount;
      payable += parts.carrier.amount;
      commission += parts.commission.amount;
      for (const { authority, amount } of parts.levies)
        levies.set(authority, (levies.get(authority) ?? 0) + amount.amount);
    }
  }
  return {
    ...bordereau,
    ...{ statementCount, lineCount, premium, payable, commission },
    levies: [...levies].map(([authority, amount]) => ({ authority, amount })),
  };
}

/** Where a list of lines goes on: behind this line of this statement. */
export type AfterLine = readonly [policyId: string, productDay: string, statementId: string, lineId: string];

export const afterLine = ({ policyId, productDay, statementId, _id }: BordereauLineDocument): AfterLine => [
  policyId,
  productDay,
  statementId,
  _id,
];

/**
 * The lines of a bordereau, by policy, product day and statement, in batches, each within one statement. Statements come
 * into an open one while it is read: a list that must be whole waits until its month is closed.
 */
export async function* bordereauLinesOf(
  services: Pick<Services, 'models'>,
  bordereau: BordereauDocument,
  { after, batchSize = 500 }: { readonly after?: AfterLine | undefined; readonly batchSize?: number } = {},
): AsyncGenerator<readonly BordereauLineDocument[]> {
  const { models } = services;
  const { carrierId } = bordereau;
  for await (const { _id: statementId } of statementsOf(services, bordereau, after)) {
    let last = after && after[2] === statementId ? after[3] : '';
    for (;;) {
      const lines = await models.bordereauLines
        .find({ statementId, carrierId, _id: { $gt: last } })
        .sort({ _id: 1 })
        .limit(batchSize)
        .lean();
      if (lines.length > 0) yield lines;
      if (lines.length < batchSize) break;
      last = lines.at(-1)?._id ?? last;
    }
  }
}

/** The statements in which the carrier has a share, by policy, product day and id. */
export function statementsOf(
  { models }: Pick<Services, 'models'>,
  { carrierId, month, currency }: Pick<BordereauDocument, 'carrierId' | 'month' | 'currency'>,
  after?: AfterLine,
): AsyncIterable<StatementDocument> {
  const mine = { month, 'shares.carrierId': carrierId, 'total.currency': currency };
  const [policyId = '', productDay = '', statementId = ''] = after ?? [];
  return models.statements
    .find({
      ...mine,
      ...(after && {
        $or: [
          { policyId: { $gt: policyId } },
          { policyId, productDay: { $gt: productDay } },
          { policyId, productDay, _id: { $gte: statementId } },
        ],
      }),
    })
    .sort({ policyId: 1, productDay: 1, _id: 1 })
    .lean()
    .cursor();
}
