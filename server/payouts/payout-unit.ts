import { productDayAt, type Instant } from '../../programs/calendar.ts';
import { accountId } from '../../programs/ledger/chart.ts';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import type { Payout } from '../../programs/payouts/payout.ts';
import type { Move, Step } from '../../programs/payouts/step.ts';
import { eventWrite } from '../events/event-row.ts';
import type { LedgerUnit, UnitWrite } from '../ledger/ledger.ts';
import { insertPayout, updatePayout } from './payout-document.ts';

/** The accountant's day of a payout's transfers. */
const BOOKS_DAY = { timeZone: 'Asia/Shanghai', boundary: '00:00' } as const;

/** A payout and all that belongs to it appear in one unit: intent, reservation, outbox row. */
export function creationUnit(step: Step, now: Instant, more: readonly UnitWrite[] = []): LedgerUnit {
  return unitOf(step, now, [insertPayout(step.payout), ...more]);
}

/** A step of a payout that is stored, as one unit. */
export function stepUnit(before: Payout, step: Step, now: Instant): LedgerUnit {
  return unitOf(step, now, [updatePayout(before, step.payout)]);
}

function unitOf({ payout, moves, tells }: Step, now: Instant, writes: readonly UnitWrite[]): LedgerUnit {
  return {
    id: `payout:${payout.id}:v${payout.version}`,
    transfers: moves.map((move) => transferOf(payout, move, now)),
    writes: [
      ...writes,
      ...tells.map((type, at) =>
        eventWrite({
          type,
          aggregateId: payout.id,
          sequence: payout.events - tells.length + at + 1,
          audience: { kind: 'operators' },
          occurredAt: now,
          recordedAt: now,
          data: { payoutId: payout.id, payeeId: payout.payeeId, amount: payout.amount, state: payout.state },
        }),
      ),
    ],
  };
}

/** `payee:<holder>:unclaimed`: where a returned payout is held for its person (M7). */
export const unclaimedAccount = ({ amount, holderId }: Pick<Payout, 'amount' | 'holderId'>): string =>
  accountId('payee:*:unclaimed', amount.currency, holderId);

/** Ids are business keys (M2): `<payout>:<n>` reserves, and what follows is named after it. */
function transferOf(payout: Payout, move: Move, now: Instant): NewTransfer {
  const { id, amount, reservation, fundingAccount, cashAccount, sourceAccount } = payout;
  const reserved = `${id}:${reservation}`;
  const common = {
    effectiveOn: productDayAt(now, BOOKS_DAY),
    refs: { payoutId: id, ...(payout.claimId !== null && { claimId: payout.claimId }) },
  };
  const whole = { amount: amount.amount };
  switch (move) {
    case 'reserve':
      // Never expires (M5).
      return {
        ...common,
        ...whole,
        id: reserved,
        kind: 'payout',
        type: 'pending',
        debit: fundingAccount,
        credit: cashAccount,
      };
    case 'post':
      return { ...common, id: `${reserved}:post`, kind: 'payout', type: 'post', resolves: reserved };
    case 'void':
      return { ...common, id: `${reserved}:void`, kind: 'payout', type: 'void', resolves: reserved };
    case 'return': {
      const credit = unclaimedAccount(payout);
      return {
        ...common,
        ...whole,
        id: `${reserved}:return`,
        kind: 'payout_returned',
        type: 'posted',
        debit: cashAccount,
        credit,
      };
    }
    case 'release': {
      const debit = unclaimedAccount(payout);
      return {
        ...common,
        ...whole,
        id: `${reserved}:release`,
        kind: 'payout_released',
        type: 'posted',
        debit,
        credit: sourceAccount,
      };
    }
  }
}
