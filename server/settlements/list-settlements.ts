import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import type { SettlementDocument } from './settlement-model.ts';

export interface ListSettlements {
  readonly actor: ActorOf<'operator'>;
  readonly carrierId?: string | undefined;
  /** `YYYY-MM` */
  readonly month?: string | undefined;
  readonly limit: number;
  /** Goes on after this one: its month and id. */
  readonly after?: readonly [month: string, settlementId: string] | undefined;
}

/** Settlements, newest month first, one more than the limit when there are more. */
export async function listSettlements(
  { models }: Pick<Services, 'models'>,
  { carrierId, month, limit, after }: ListSettlements,
): Promise<readonly SettlementDocument[]> {
  return models.settlements
    .find({
      ...(carrierId !== undefined && { carrierId }),
      ...(month !== undefined && { month }),
      ...(after && { $or: [{ month: { $lt: after[0] } }, { month: after[0], _id: { $lt: after[1] } }] }),
    })
    .sort({ month: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
}

export interface ReadSettlement {
  readonly actor: ActorOf<'operator'>;
  readonly settlementId: string;
}

/** Throws `settlement_not_found`. */
export async function readSettlement(
  { models }: Pick<Services, 'models'>,
  { settlementId }: ReadSettlement,
): Promise<SettlementDocument> {
  const settlement = await models.settlements.findById(settlementId).lean();
  if (settlement) return settlement;
  throw new Refusal('not_found', 'settlement_not_found', `There is no settlement ${settlementId}.`);
}
