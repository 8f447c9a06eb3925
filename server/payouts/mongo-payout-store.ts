import { accountTerms, type AccountId } from '../../programs/ledger/chart.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import type { PayoutState } from '../../programs/payouts/payout-states.ts';
import type { Models } from '../database/models.ts';
import type { PayoutStore } from './payout-deps.ts';
import { payoutOf } from './payout-document.ts';

/** What the sending worker moves on when its time has come. */
export const SENDABLE = ['cooling_down', 'payee_fix', 'ready', 'sending'] as const satisfies readonly PayoutState[];
/** What is asked of the provider when its time has come. */
export const RECONCILABLE = ['unknown', 'sent'] as const satisfies readonly PayoutState[];
/** Before a key is out. */
export const WAITING = [
  'payee_fix',
  'awaiting_approval',
  'cooling_down',
  'ready',
] as const satisfies readonly PayoutState[];
/** Do not count to the person's payouts of 30 days: no money went, or it came back. */
const UNCOUNTED = ['voided', 'returned'] as const satisfies readonly PayoutState[];

/** The payouts of the database. Every query has its index in migration 0008. */
export function mongoPayoutStore({
  payouts,
  payoutCounters,
  accounts,
}: Pick<Models, 'payouts' | 'payoutCounters' | 'accounts'>): PayoutStore {
  const dueIn = async (states: readonly PayoutState[], now: number, limit: number) => {
    const found = await payouts
      .find({ state: { $in: [...states] }, nextAt: { $lte: new Date(now) } })
      .sort({ nextAt: 1 })
      .limit(limit)
      .lean();
    return found.map(payoutOf);
  };
  const sumOf = async (which: object, currency: string): Promise<number> => {
    const [sum] = await payouts.aggregate<{ total: number }>([
      { $match: { ...which, 'amount.currency': currency, state: { $nin: [...UNCOUNTED] } } },
      { $group: { _id: null, total: { $sum: '$amount.amount' } } },
    ]);
    return sum?.total ?? 0;
  };
  return {
    async byId(payoutId) {
      const found = await payouts.findById(payoutId).lean();
      return found === null ? undefined : payoutOf(found);
    },
    due: (now, limit) => dueIn(SENDABLE, now, limit),
    toReconcile: (now, limit) => dueIn(RECONCILABLE, now, limit),
    async awaitingFunds(after, limit) {
      const state = 'awaiting_funds';
      const found = await payouts
        .find(after === undefined ? { state } : laterThan(state, after))
        .sort({ decidedAt: 1, _id: 1 })
        .limit(limit)
        .lean();
      return found.map(payoutOf);
    },
    async isAwaited(fundingAccount) {
      return (await payouts.exists({ fundingAccount, state: 'awaiting_funds' })) !== null;
    },
    async waitingFor(payeeId, limit) {
      const found = await payouts
        .find({ payeeId, state: { $in: [...WAITING] } })
        .sort({ decidedAt: 1 })
        .limit(limit)
        .lean();
      return found.map(payoutOf);
    },
    async counted({ holderId, claimId, since, currency, counterIds }) {
      // First: what is counted after it holds all that these versions know.
      const counters = await payoutCounters.find({ _id: { $in: [...counterIds] } }).lean();
      const ofHolder = { holderId, decidedAt: { $gte: new Date(since) } };
      const ofClaim = {
        claimId: { $eq: claimId, $type: 'string' },
        $or: [{ holderId: { $ne: holderId } }, { decidedAt: { $lt: new Date(since) } }],
      };
      const sums = await Promise.all([
        holderId === null ? 0 : sumOf(ofHolder, currency),
        claimId === null ? 0 : sumOf(ofClaim, currency),
      ]);
      return {
        versions: new Map(counters.map(({ _id, version }) => [_id, version])),
        total: sums[0] + sums[1],
      };
    },
    async available(account) {
      const found = await accounts.findById(account).lean();
      return headroom(account, found ?? { debitsPending: 0, debitsPosted: 0, creditsPending: 0, creditsPosted: 0 });
    },
  };
}

/** The state stands in each branch: only so each is a range of the index, and a page reads none of those before it. */
function laterThan(state: PayoutState, { decidedAt: at, id }: Pick<Payout, 'decidedAt' | 'id'>) {
  const decidedAt = new Date(at);
  return {
    $or: [
      { state, decidedAt: { $gt: decidedAt } },
      { state, decidedAt, _id: { $gt: id } },
    ],
  };
}

interface Totals {
  readonly debitsPending: number;
  readonly debitsPosted: number;
  readonly creditsPending: number;
  readonly creditsPosted: number;
}

/** Minor units that an account may still give by its limit; without one, no end. */
export function headroom(account: AccountId, totals: Totals): number {
  switch (accountTerms(account)?.limit) {
    case 'debits_within_credits':
      return totals.creditsPosted - totals.debitsPosted - totals.debitsPending;
    case 'credits_within_debits':
      return totals.debitsPosted - totals.creditsPosted - totals.creditsPending;
    case 'none':
    case undefined:
      return Infinity;
  }
}
