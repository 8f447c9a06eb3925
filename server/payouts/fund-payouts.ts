import { reserveAgain, stillLacking } from '../../programs/payouts/decide.ts';
import type { PayeeNow, Payout } from '../../programs/payouts/payout.ts';
import { followPayee } from './follow-payee.ts';
import { inPool } from './in-pool.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { stepUnit } from './payout-unit.ts';

export interface FundTally {
  readonly funded: number;
  readonly lacking: number;
}

const PAGE = 200;

/**
 * Reserves the money of payouts that lacked it, in order of decision: on each account the first that still does not fit
 * stops those behind it (H2, M2). Each try is a recorded decision under the next number of the reservation; what is known
 * not to fit is not tried, so that no numbers are used up in vain.
 */
export async function fundPayouts(deps: PayoutDeps): Promise<FundTally> {
  const left = new Map<string, number>();
  const tally = { funded: 0, lacking: 0 };
  let after: Payout | undefined;
  for (;;) {
    const page = await deps.payouts.awaitingFunds(after, PAGE);
    const payees = await deps.payees.current([...new Set(page.map(({ payeeId }) => payeeId))]);
    const fitting: { readonly payout: Payout; readonly payee: PayeeNow }[] = [];
    for (const payout of page) {
      const payee = payees.get(payout.payeeId);
      if (payee !== undefined && (await takeFrom(deps, left, payout))) fitting.push({ payout, payee });
      else tally.lacking += 1;
    }
    // Asked for in one turn they share the ledger's transactions, and are decided in this order.
    await inPool(fitting, fitting.length, async ({ payout, payee }) => {
      tally[await fund(deps, payout, payee)] += 1;
    });
    after = page.at(-1);
    if (page.length < PAGE) return tally;
  }
}

/** Takes the amount from what both accounts have left, or stops them for all that come later. */
async function takeFrom(deps: PayoutDeps, left: Map<string, number>, payout: Payout): Promise<boolean> {
  const accounts = [payout.fundingAccount, payout.cashAccount];
  for (const account of accounts) {
    if (!left.has(account)) left.set(account, await deps.payouts.available(account));
  }
  const { amount } = payout.amount;
  const short = accounts.filter((account) => (left.get(account) ?? 0) < amount);
  for (const account of short) left.set(account, -1);
  if (short.length > 0) return false;
  for (const account of accounts) left.set(account, (left.get(account) ?? 0) - amount);
  return true;
}

/** Lacking also where another process was first, with this payout or with the money. */
async function fund(deps: PayoutDeps, payout: Payout, payee: PayeeNow): Promise<keyof FundTally> {
  const now = deps.clock.now();
  await deps.at?.('fund.before');
  const step = reserveAgain(payout, payee, now);
  const result = await deps.ledger.commit(stepUnit(payout, step, now));
  await deps.at?.('fund.after');
  if (result.status === 'refused') {
    if (result.code === 'exceeds_funds' || result.code === 'transfer_id_refused') {
      await deps.ledger.commit(stepUnit(payout, stillLacking(payout, now), now));
    } else if (result.code !== 'guard_failed' && result.code !== 'transfer_id_reused') {
      throw new Error(`The ledger refused the reservation of ${payout.id}: ${result.code}, ${result.message}`);
    }
    return 'lacking';
  }
  if (result.status === 'replayed') return 'lacking';
  deps.count?.(step.payout.state);
  // Its approvals and its binding were made for the payee of then.
  if (payee.version !== payout.payeeVersion) await followPayee(deps, payee.payeeId);
  return 'funded';
}
