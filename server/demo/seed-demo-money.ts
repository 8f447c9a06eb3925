import { accountId } from '../../programs/ledger/chart.ts';
import { openingBalance } from '../../programs/ledger/common-events.ts';
import { formatInstant } from '../../programs/calendar.ts';
import { SCOPES, type ActorOf } from '../actor.ts';
import { fundCarrierFloat } from '../carriers/fund-float.ts';
import { depositAccount } from '../deposits/deposit-accounts.ts';
import { depositDocument } from '../deposits/note-deposit-level.ts';
import { openBooksDay } from '../ledger/closed-months.ts';
import { createPayee, payeeIdOf } from '../payees/set-payee.ts';
import { verifyPayee } from '../payees/verify-payee.ts';
import { sweepCash } from '../payments/sweep-cash.ts';
import { openPayouts } from '../payouts/open-payouts.ts';
import type { Services } from '../services.ts';
import { DEMO } from './demo-data.ts';

export const demoOperator = (operatorId: string): ActorOf<'operator'> => ({
  kind: 'operator',
  operatorId,
  scopes: new Set(SCOPES),
});

/**
 * The demo's money, none of it real: a deposit that was there before these books, and a carrier's float, both paid into a
 * bank account of the SANDBOX and moved on to the SANDBOX of payments, which really holds them, so that the daily
 * reconciliation finds both sides alike. Again changes nothing; with a key of Stripe's own nothing is booked at all.
 */
export async function seedDemoMoney(services: Services): Promise<void> {
  const { sandbox } = services.payments;
  const { currency, deposit, float, bank, topUp } = DEMO.money;
  // The last of the steps: where it stands, all of them were made.
  if (sandbox === undefined || (await isBooked(services, `sweep:${topUp}:1`))) return;
  const { platformId } = DEMO.platform;
  const { carrierId } = DEMO.carrier;
  const now = services.clock.now();
  const effectiveOn = await openBooksDay(services, now);
  const actor = demoOperator(DEMO.operators.clerk);

  if (!(await isBooked(services, 'opening:demo:deposit'))) {
    const amount = { amount: deposit, currency };
    const booking = (part: string) => ({ id: `opening:demo:${part}`, effectiveOn, refs: { platformId } });
    const cash = accountId('cash:*', currency, bank);
    const result = await services.ledger.commit({
      id: 'opening:demo',
      transfers: [
        ...openingBalance(booking('cash'), { amount, account: cash, side: 'debit' }),
        ...openingBalance(booking('deposit'), {
          amount,
          account: depositAccount(platformId, currency),
          side: 'credit',
        }),
      ],
    });
    if (result.status === 'refused') throw new Error(`The demo's deposit was refused: ${result.message}`);
  }
  await depositDocument(services, { platformId, currency });
  services.deposits.forget(platformId, currency);
  await fundCarrierFloat(services, {
    actor,
    carrierId,
    amount: { amount: float, currency },
    cash: bank,
    ref: 'SANDBOX-demo-float',
  });
  const amount = { amount: deposit + float, currency };
  await sandbox.fund({ id: topUp, amount });
  const on = formatInstant(now).slice(0, 10);
  await sweepCash(services, { actor, from: bank, to: 'stripe', amount, reference: topUp, on });
}

async function isBooked({ models }: Services, transferId: string): Promise<boolean> {
  return (await models.transfers.exists({ _id: transferId })) !== null;
}

/** Where the demo's worker is paid, set by one person and verified by another. What somebody changed stays changed. */
export async function seedDemoPayee(services: Services, personId: string): Promise<string> {
  const { clerk, verifier } = DEMO.operators;
  const holder = { kind: 'person', id: personId } as const;
  const payeeId = payeeIdOf(holder, 'main');
  if ((await services.models.payees.exists({ _id: payeeId })) === null) {
    await createPayee(services, { actor: demoOperator(clerk), holder, ...DEMO.payee });
  }
  const untouched = { _id: payeeId, version: 1, editor: clerk, verifiedAt: null, erasedAt: null };
  if ((await services.models.payees.exists(untouched)) !== null) {
    const input = { payeeId, version: 1, method: 'document' } as const;
    await verifyPayee(services, openPayouts(services), { actor: demoOperator(verifier), ...input });
  }
  return payeeId;
}
