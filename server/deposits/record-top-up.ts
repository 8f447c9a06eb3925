import { warningLevel } from '../../programs/deposits/deposit-level.ts';
import { Refusal } from '../../programs/refusal.ts';
import { toLong } from '../database/longs.ts';
import { eventWrite } from '../events/event-row.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { PaymentFact } from '../payments/payment-fact.ts';
import { providerOf } from '../payments/provider-of.ts';
import type { Services } from '../services.ts';
import { availableIn, depositAccount } from './deposit-accounts.ts';
import type { DepositDocument, TopUpDocument } from './deposit-models.ts';
import { depositDocument } from './note-deposit-level.ts';
import { utcDay } from './open-envelope.ts';

export type TopUpPaid = Extract<PaymentFact, { kind: 'top_up_paid' }>;

type RecordServices = Pick<Services, 'ledger' | 'models' | 'database' | 'clock' | 'payments' | 'deposits'>;

/**
 * Books a top-up that was paid, once for each fact: the deposit holds it from the same moment. What was paid counts, not
 * what was asked for. Answers false when the fact was booked before.
 * Throws `not_found` `top_up_not_found` for one that this platform never asked for: a person has to look.
 */
export async function recordTopUp(services: RecordServices, fact: TopUpPaid): Promise<boolean> {
  const { ledger, models, clock } = services;
  const { factId, platformId, topUpId, amount, provider } = fact;
  const now = clock.now();
  const topUp = await topUpOf(services, topUpId, platformId);
  const { currency } = amount;
  for (;;) {
    if (await models.platformPayments.exists({ _id: factId })) return false;
    const deposit = await depositDocument(services, { platformId, currency });
    const available = await availableIn(services, depositAccount(platformId, currency));
    const result = await ledger.commit({
      id: factId,
      transfers: [
        {
          id: `${factId}:top_up`,
          kind: 'deposit_topped_up',
          type: 'posted',
          debit: providerOf(services, provider).clearingAccount(currency),
          credit: depositAccount(platformId, currency),
          amount: amount.amount,
          effectiveOn: utcDay(now),
          refs: { platformId, topUpId },
        },
      ],
      writes: [
        paymentWrite(fact, now),
        {
          kind: 'update',
          collection: 'top_ups',
          id: topUp._id,
          guard: {},
          update: { $set: { state: 'paid', paidAt: new Date(fact.occurredAt) } },
        },
        ...toppedUp(deposit, amount.amount, available + amount.amount, now),
      ],
    });
    if (result.status !== 'refused') {
      services.deposits.forget(platformId, currency);
      return result.status === 'committed';
    }
    // Told or booked by another process at the same moment: look again.
    if (result.code !== 'guard_failed' && result.code !== 'already_exists') {
      throw new Error(`The top-up ${topUpId} was refused by the ledger: ${result.message}`);
    }
  }
}

/** The top-up of a fact. Throws `top_up_not_found`. */
export async function topUpOf(
  { models }: Pick<Services, 'models'>,
  topUpId: string,
  platformId: string,
): Promise<TopUpDocument> {
  const topUp = await models.topUps.findOne({ _id: topUpId, platformId }).lean();
  if (topUp) return topUp;
  throw new Refusal('not_found', 'top_up_not_found', `There is no top-up ${topUpId} of yours.`);
}

function paymentWrite(
  { factId, platformId, topUpId, amount, provider, providerRef, occurredAt }: TopUpPaid,
  now: number,
): UnitWrite {
  return {
    kind: 'insert',
    collection: 'platform_payments',
    document: {
      _id: factId,
      kind: 'payment',
      platformId,
      topUpId,
      amount: toLong(amount.amount),
      currency: amount.currency,
      booked: toLong(amount.amount),
      beside: toLong(0),
      provider,
      providerRef,
      occurredAt: new Date(occurredAt),
      recordedAt: new Date(now),
    },
  };
}

/** The deposit's level anew, and the event. */
function toppedUp(deposit: DepositDocument, paid: number, available: number, now: number): readonly UnitWrite[] {
  const { platformId, currency } = deposit;
  const lowBelow = deposit.lowBelowSet ? deposit.lowBelow : warningLevel(paid);
  const sequence = deposit.sequence + 1;
  return [
    {
      kind: 'update',
      collection: 'deposits',
      id: deposit._id,
      guard: { sequence: deposit.sequence },
      // Whatever it was: the next look tells when it is low again.
      update: { $set: { level: 'ok', lowBelow: toLong(lowBelow), sequence } },
    },
    eventWrite({
      type: 'deposit.topped_up',
      aggregateId: deposit._id,
      sequence,
      audience: { kind: 'platform', platformId },
      occurredAt: now,
      recordedAt: now,
      data: { platformId, amount: { amount: paid, currency }, available: { amount: available, currency } },
    }),
  ];
}
