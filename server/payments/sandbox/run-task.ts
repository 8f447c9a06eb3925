import type { Context } from './context.ts';
import { expireSession } from './objects/checkout-sessions.ts';
import { openDispute } from './objects/disputes.ts';
import { tellOverdue } from './objects/invoices.ts';
import { settleTransaction } from './objects/money.ts';
import { finishOutbound, outboundOf, returnOutbound } from './objects/outbound-payments.ts';
import { finishDelayedPayment } from './objects/payments.ts';
import { reverseTransfer, transferOf } from './objects/transfers.ts';
import type { TaskRow } from './rows.ts';

/** Does what time does. What was overtaken by a person's command is left alone. */
export function runTask(context: Context, { kind, ref }: TaskRow): void {
  switch (kind) {
    case 'settle':
      return settleTransaction(context, ref);
    case 'finish_payment':
      return finishDelayedPayment(context, ref);
    case 'expire_session':
      return void expireSession(context, ref);
    case 'invoice_due':
      return tellOverdue(context, ref);
    case 'finish_outbound':
      return finishOutbound(context, ref);
    case 'return_outbound':
      return outboundOf(context, ref).status === 'posted' ? void returnOutbound(context, ref) : undefined;
    case 'reverse_transfer':
      return transferOf(context, ref).reversed ? undefined : void reverseTransfer(context, {}, ref);
    case 'open_dispute':
      return context.store.get('charge', ref)?.disputed === true ? undefined : void openDispute(context, ref);
  }
}
