import type { PayoutState } from '../../programs/payouts/payout-states.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import type { Services } from '../services.ts';
import type { PayeeDocument } from '../payees/payee-model.ts';
import { notFound } from './approve-payout.ts';
import { payoutOf } from './payout-document.ts';

export interface ListPayouts {
  readonly state?: PayoutState | undefined;
  readonly payeeId?: string | undefined;
  readonly claimId?: string | undefined;
  readonly limit: number;
  /** Goes on after this payout: when it was decided, and its id. */
  readonly after?: readonly [decidedAt: number, payoutId: string] | undefined;
}

/** A payout with what may be shown of its payee; undefined when the payee is gone. */
export interface ShownPayout {
  readonly payout: Payout;
  readonly payee: Pick<PayeeDocument, 'account' | 'name' | 'verifiedAt'> | undefined;
}

/** Payouts, latest decision first, one more than the limit when there are more. */
export async function listPayouts(
  { models }: Pick<Services, 'models'>,
  { state, payeeId, claimId, limit, after }: ListPayouts,
): Promise<readonly ShownPayout[]> {
  const mine = {
    ...(state !== undefined && { state }),
    ...(payeeId !== undefined && { payeeId }),
    // The type as well: else the partial index is not used.
    ...(claimId !== undefined && { claimId: { $eq: claimId, $type: 'string' as const } }),
  };
  const decidedAt = after && new Date(after[0]);
  const rest = after &&
    decidedAt && [
      { ...mine, decidedAt: { $lt: decidedAt } },
      { ...mine, decidedAt, _id: { $lt: after[1] } },
    ];
  const found = await models.payouts
    .find(rest ? { $or: rest } : mine)
    .sort({ decidedAt: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
  return withPayees(
    { models },
    found.map((document) => payoutOf(document)),
  );
}

/** Throws `payout_not_found`. */
export async function showPayout(services: Pick<Services, 'models'>, payout: Payout | string): Promise<ShownPayout> {
  if (typeof payout !== 'string') {
    const [shown] = await withPayees(services, [payout]);
    return shown ?? notFound(payout.id);
  }
  const found = await services.models.payouts.findById(payout).lean();
  return found === null ? notFound(payout) : showPayout(services, payoutOf(found));
}

async function withPayees({ models }: Pick<Services, 'models'>, payouts: readonly Payout[]): Promise<ShownPayout[]> {
  const payees = await models.payees
    .find({ _id: { $in: [...new Set(payouts.map(({ payeeId }) => payeeId))] } }, { account: 1, name: 1, verifiedAt: 1 })
    .lean();
  const byId = new Map(payees.map((payee) => [payee._id, payee]));
  return payouts.map((payout) => ({ payout, payee: byId.get(payout.payeeId) }));
}
