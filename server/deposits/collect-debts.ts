import { accountTerms } from '../../programs/ledger/chart.ts';
import type { AccountDocument } from '../ledger/ledger-models.ts';
import type { Services } from '../services.ts';
import { availableOf, depositAccount, owedOf, platformReceivable } from './deposit-accounts.ts';
import { noteDepositLevel } from './note-deposit-level.ts';
import { utcDay } from './open-envelope.ts';
import { LOOK_AGAIN } from './record-top-up.ts';

type DebtServices = Pick<Services, 'ledger' | 'models' | 'database' | 'clock' | 'log'>;

/**
 * Pays what platforms owe of top-ups that were taken back with what has come back to their deposits since: rests of
 * envelopes that were open then, credits of closed days. What fails stays owed. Safe at any time, and by several at once.
 */
export async function collectDebts(services: DebtServices): Promise<{ debts: number; failed: number }> {
  const { models, log } = services;
  // Of the accounts of platforms only those that they owe on may have more debits than credits.
  const owing = await models.accounts
    .find({ _id: { $gte: 'platform:', $lt: 'platform;' }, $expr: { $gt: ['$debitsPosted', '$creditsPosted'] } })
    .lean();
  let debts = 0;
  let failed = 0;
  for (const { _id, currency } of owing) {
    if (accountTerms(_id)?.pattern !== 'platform:*:receivable') continue;
    const [, platformId = ''] = _id.split(':');
    try {
      if (await collectDebt(services, { platformId, currency })) debts += 1;
    } catch (error) {
      failed += 1;
      log.error({ err: error, account: _id }, 'a debt was not collected; it stays owed');
    }
  }
  return { debts, failed };
}

/** False when there is nothing to pay with, or another process paid. */
async function collectDebt(
  services: DebtServices,
  which: { readonly platformId: string; readonly currency: string },
): Promise<boolean> {
  const { ledger, models, clock } = services;
  const { platformId, currency } = which;
  const debit = depositAccount(platformId, currency);
  const credit = platformReceivable(platformId, currency);
  for (;;) {
    const [deposit, receivable] = await Promise.all([debit, credit].map((id) => models.accounts.findById(id).lean()));
    const amount = Math.min(owedOf(receivable), availableOf(deposit));
    if (amount <= 0) return false;
    // Made of where both accounts stood at the look: whatever makes the ledger refuse it moves one of them on (M2).
    const id = `debt:${platformId}:${currency}:${placeOf(receivable)}:${placeOf(deposit)}`;
    const result = await ledger.commit({
      id,
      transfers: [
        {
          id,
          kind: 'deposit_debt_paid',
          type: 'posted',
          debit,
          credit,
          amount,
          effectiveOn: utcDay(clock.now()),
          refs: { platformId },
        },
      ],
    });
    if (result.status === 'committed') {
      await noteDepositLevel(services, which);
      return true;
    }
    if (result.status === 'refused' && !LOOK_AGAIN.has(result.code)) {
      throw new Error(`The debt ${id} was refused by the ledger: ${result.message}`);
    }
  }
}

const placeOf = (account: AccountDocument | null | undefined): number => account?.seq ?? 0;
