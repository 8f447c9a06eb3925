import type { Instant } from '../../../programs/calendar.ts';
import type { LineMatch } from '../../../programs/bank/match-line.ts';
import type { StatementLine } from '../../../programs/bank/statement.ts';
import { absoluteMoney, zeroMoney, type Money } from '../../../programs/money.ts';
import type { PaymentFact } from '../payment-fact.ts';

export interface OrderedPayout {
  readonly _id: string;
  readonly amount: Money;
  readonly orderedAt: Date;
}

/**
 * What a matched line tells our books. A bank settles as it pays: what a payer sent is paid and settled by the same
 * movement, without a fee. A payment that is returned was posted before, whatever the statement showed of that.
 */
export function factsOfLine(
  line: StatementLine,
  match: LineMatch,
  { occurredAt, order }: { readonly occurredAt: Instant; readonly order?: OrderedPayout },
): readonly PaymentFact[] {
  const { bankRef, amount } = line;
  const id = `bank_file:${amount.currency}:${bankRef}`;
  const common = { provider: 'bank_file', occurredAt, providerRef: bankRef } as const;
  switch (match.kind) {
    case 'payout_posted':
    case 'payout_returned': {
      if (order === undefined) return [];
      const { payoutId, attempt } = match;
      const isReturn = match.kind === 'payout_returned';
      const payout = {
        providerRef: order._id,
        payoutId,
        attempt,
        state: isReturn ? ('returned' as const) : ('posted' as const),
        amount: order.amount,
        createdAt: order.orderedAt.getTime(),
        ...(isReturn && { message: 'The bank returned the payment.' }),
      };
      return [{ ...common, kind: 'payout_changed', factId: id, providerRef: order._id, payout }];
    }
    case 'invoice_paid':
      return [
        { ...common, kind: 'invoice_paid', factId: id, invoiceId: match.invoiceId, amount },
        settled({ ...common, id, amount }),
      ];
    case 'top_up_paid': {
      const { topUpId, platformId } = match;
      return [
        { ...common, kind: 'top_up_paid', factId: id, topUpId, platformId, amount },
        settled({ ...common, id, amount }),
      ];
    }
    case 'unidentified':
      // Never the payer's words: they may name people, and stand encrypted with the line.
      return [
        { ...common, kind: 'bank_received', factId: id, amount: absoluteMoney(amount), text: `movement ${bankRef}` },
      ];
    case 'amount_differs':
    case 'not_ordered':
      return [];
  }
}

function settled({
  id,
  amount,
  ...common
}: {
  readonly id: string;
  readonly amount: Money;
  readonly provider: 'bank_file';
  readonly occurredAt: Instant;
  readonly providerRef: string;
}): PaymentFact {
  return {
    ...common,
    kind: 'payment_settled',
    factId: `${id}:settled`,
    gross: amount,
    fee: zeroMoney(amount.currency),
  };
}
