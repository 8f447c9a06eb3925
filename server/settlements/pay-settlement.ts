import { money } from '../../programs/money.ts';
import { premiumPayable } from '../../programs/premium/premium-transfers.ts';
import type { ActorOf } from '../actor.ts';
import { payeeIdOf } from '../payees/set-payee.ts';
import { createPayout } from '../payouts/create-payout.ts';
import { openPayouts } from '../payouts/open-payouts.ts';
import type { Services } from '../services.ts';
import { readSettlement } from './list-settlements.ts';
import type { SettlementDocument } from './settlement-model.ts';

export interface PaySettlement {
  readonly actor: ActorOf<'operator'>;
  readonly settlementId: string;
}

/** The one payout of a settlement, whoever asks for it. */
const businessKey = (settlementId: string): string => `settlement:${settlementId}`;

/**
 * Decides the payout of what a settlement has to pay, from the carrier's premium payable to the carrier's own payee. There
 * is one for ever: a crash in between, or another process at the same time, finds the same. Approval, cool-down and sending
 * are the payout's own business (M8, M9). A settlement that has its payout, or nothing to pay, is answered as it is.
 * Throws `settlement_not_found`, and as `createPayout`: `payee_not_found` as long as nobody said where the carrier is paid.
 */
export async function paySettlement(services: Services, command: PaySettlement): Promise<SettlementDocument> {
  const settlement = await readSettlement(services, command);
  if (settlement.state !== 'issued') return settlement;
  const { _id, carrierId, month, currency, toPay } = settlement;
  const { payout } = await createPayout(openPayouts(services), {
    actor: command.actor,
    businessKey: businessKey(_id),
    payeeId: payeeIdOf({ kind: 'carrier', id: carrierId }, 'main'),
    amount: money(toPay, currency),
    fundingAccount: premiumPayable(carrierId, currency),
    statementText: `Premium ${month}`,
  });
  const paid = { state: 'payout_created', payoutId: payout.id } as const;
  await services.models.settlements.updateOne({ _id, state: 'issued' }, { $set: paid });
  return { ...settlement, ...paid };
}
