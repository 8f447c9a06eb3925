import { finishOutbound, returnOutbound } from '../../../server/payments/sandbox/objects/outbound-payments.ts';
import { reverseTransfer } from '../../../server/payments/sandbox/objects/transfers.ts';
import type { Ground } from './process.ts';

const HOUR = 3_600_000;

/** What banks and the provider's own people do: payments that are stuck go out or are canceled, paid ones come back. */
export async function runBank(ground: Ground): Promise<never> {
  const { time, troubles, core } = ground;
  const { chance } = troubles;
  const seen = new Set<string>();
  for (;;) {
    await time.sleep(HOUR);
    const now = time.now();
    for (const { id, status, created } of [...core.store.list('outbound_payment')]) {
      if (status === 'processing' && now - Date.parse(created) > 6 * HOUR && chance() < 0.2) {
        if (chance() < 0.7) core.act(now, (context) => finishOutbound(context, id));
        else cancel(ground, id);
      }
      if (status === 'posted' && !seen.has(id)) {
        seen.add(id);
        if (chance() < 0.01) core.act(now, (context) => returnOutbound(context, id));
      }
    }
    for (const { id, reversed } of [...core.store.list('transfer')]) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (!reversed && chance() < 0.01) core.act(now, (context) => reverseTransfer(context, {}, id));
    }
  }
}

/** By the API, as somebody does in the dashboard. */
function cancel({ core, time }: Ground, id: string): void {
  const path = `/v2/money_management/outbound_payments/${id}/cancel`;
  core.orderFaults([]);
  core.handle({ method: 'POST', path, headers: { authorization: 'Bearer sk_test_bank' }, rawBody: '{}' }, time.now());
}
