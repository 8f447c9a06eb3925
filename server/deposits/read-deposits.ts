import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { tenantOf } from '../billing/list-statements.ts';
import type { Services } from '../services.ts';
import { availableIn, depositAccount } from './deposit-accounts.ts';
import type { DepositDocument, TopUpDocument } from './deposit-models.ts';

/** A deposit with its money; minor units. */
export interface DepositState {
  readonly deposit: DepositDocument;
  /** What new envelopes may take. */
  readonly available: number;
  /** Taken by envelopes and not settled yet: it pays for covers, or comes back. */
  readonly reserved: number;
}

/** The deposits of a platform (an operator names one, or sees all), by currency. */
export async function readDeposits(
  services: Pick<Services, 'models'>,
  { actor, platformId }: { readonly actor: ActorOf<'platform' | 'operator'>; readonly platformId?: string | undefined },
): Promise<readonly DepositState[]> {
  const { models } = services;
  const mine = { ...(platformId !== undefined && { platformId }), ...tenantOf(actor) };
  const deposits = await models.deposits.find(mine).sort({ _id: 1 }).limit(1_000).lean();
  return Promise.all(
    deposits.map(async (deposit) => {
      const { currency } = deposit;
      const open = await models.envelopes
        .find({ platformId: deposit.platformId, currency, state: 'open' }, { amount: 1 })
        .lean();
      return {
        deposit,
        available: await availableIn(services, depositAccount(deposit.platformId, currency)),
        reserved: open.reduce((sum, { amount }) => sum + amount, 0),
      };
    }),
  );
}

/** A top-up of the actor's own. Throws `not_found` `top_up_not_found`. */
export async function readTopUp(
  { models }: Pick<Services, 'models'>,
  { actor, topUpId }: { readonly actor: ActorOf<'platform' | 'operator'>; readonly topUpId: string },
): Promise<TopUpDocument> {
  const topUp = await models.topUps.findOne({ _id: topUpId, ...tenantOf(actor) }).lean();
  if (topUp) return topUp;
  throw new Refusal('not_found', 'top_up_not_found', `There is no top-up ${topUpId} of yours.`);
}
