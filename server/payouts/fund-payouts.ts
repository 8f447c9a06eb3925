import { reserveAgain, stillLacking } from '../../programs/payouts/decide.ts';
import type { PayeeNow, Payout } from '../../programs/payouts/payout.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { stepUnit } from './payout-unit.ts';
import { followPayee } from './follow-payee.ts';

export interface FundTally {
  readonly funded: number;
  readonly lacking: number;
}

const PAGE = 100;

/**
 * Reserves the money of payouts that lacked it, in order of decision: on each account the first that still does not fit
 * stops those behind it (H2, M2). Each try is a recorded decision under the next number of the reservation.
 */
export async function fundPayouts(deps: PayoutDeps): Promise<FundTally> {
  const stopped = new Set<string>();
  const tally = { funded: 0, lacking: 0 };
  let after: Payout | undefined;
  for (;;) {
    const page = await deps.payouts.awaitingFunds(after, PAGE);
    const payees = await deps.payees.current(page.map(({ payeeId }) => payeeId));
    for (const payout of page) {
      const payee = payees.get(payout.payeeId);
      if (payee === undefined || stopped.has(payout.fundingAccount) || stopped.has(payout.cashAccount)) {
        tally.lacking += 1;
        continue;
      }
      const lacking = await fund(deps, payout, payee);
      if (lacking === undefined) tally.funded += 1;
      else {
        tally.lacking += 1;
        stopped.add(lacking);
      }
    }
    after = page.at(-1);
    if (page.length < PAGE) return tally;
  }
}

/** The account that lacks the money; undefined when it was reserved, now or by another. */
async function fund(deps: PayoutDeps, payout: Payout, payee: PayeeNow): Promise<string | undefined> {
  const { fundingAccount, cashAccount, amount } = payout;
  // Asking first keeps numbers from being used up by tries that are known to be in vain.
  for (const account of [fundingAccount, cashAccount]) {
    if ((await deps.payouts.available(account)) < amount.amount) return account;
  }
  const now = deps.clock.now();
  await deps.at?.('fund.before');
  const result = await deps.ledger.commit(stepUnit(payout, reserveAgain(payout, payee, now), now));
  await deps.at?.('fund.after');
  if (result.status !== 'refused') {
    if (payee.version !== payout.payeeVersion) await followPayee(deps, payee.payeeId);
    return undefined;
  }
  if (result.code === 'exceeds_funds' || result.code === 'transfer_id_refused') {
    await deps.ledger.commit(stepUnit(payout, stillLacking(payout, now), now));
    return fundingAccount;
  }
  if (result.code === 'guard_failed') return undefined;
  throw new Error(`The ledger refused the reservation of ${payout.id}: ${result.code}, ${result.message}`);
}
