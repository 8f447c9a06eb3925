import { warningLevel } from '../../programs/deposits/deposit-level.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { DirectTransfer } from '../../programs/ledger/transfer.ts';
import { toLong } from '../database/longs.ts';
import { eventWrite } from '../events/event-row.ts';
import type { PlatformPaymentDocument } from '../invoices/platform-payment-model.ts';
import type { UnitRefusalCode, UnitWrite } from '../ledger/ledger.ts';
import type { PaymentFact } from '../payments/payment-fact.ts';
import { providerOf } from '../payments/provider-of.ts';
import type { Services } from '../services.ts';
import { availableIn, depositAccount, owedBy, platformReceivable } from './deposit-accounts.ts';
import type { DepositDocument, TopUpDocument } from './deposit-models.ts';
import { depositDocument } from './note-deposit-level.ts';
import { utcDay } from './open-envelope.ts';

export type TopUpPaid = Extract<PaymentFact, { kind: 'top_up_paid' }>;

type RecordServices = Pick<Services, 'ledger' | 'models' | 'database' | 'clock' | 'payments' | 'deposits'>;

/** Refusals that say that something moved since we looked. */
export const LOOK_AGAIN: ReadonlySet<UnitRefusalCode> = new Set([
  'exceeds_funds',
  'transfer_id_refused',
  // Another process applied the same fact at the same moment, and found another split.
  'transfer_id_reused',
  'already_exists',
  'guard_failed',
]);

/**
 * Books a top-up that was paid, once for each fact: first it pays what the platform owes of top-ups that were taken back,
 * the deposit holds the rest from the same moment. What was paid counts, not what was asked for. Answers false when the
 * fact was booked before.
 * Throws `not_found` `top_up_not_found` for one that this platform never asked for: a person has to look.
 */
export async function recordTopUp(services: RecordServices, fact: TopUpPaid): Promise<boolean> {
  const { ledger, models, clock } = services;
  const { factId, platformId, topUpId, amount, provider } = fact;
  const now = clock.now();
  const topUp = await topUpOf(services, topUpId, platformId);
  const { currency } = amount;
  for (let attempt = 1; ; attempt++) {
    if (await models.platformPayments.exists({ _id: factId })) return false;
    const deposit = await depositDocument(services, { platformId, currency });
    const available = await availableIn(services, depositAccount(platformId, currency));
    const beside = Math.min(amount.amount, await owedBy(services, { platformId, currency }));
    const booked = amount.amount - beside;
    const transfer = (more: Pick<DirectTransfer, 'kind' | 'credit' | 'amount'>): DirectTransfer[] =>
      more.amount === 0
        ? []
        : [
            {
              ...more,
              // A refused id stays refused (M2): what is owed may change between our look and the commit.
              id: `${factId}:${more.kind}:${attempt}`,
              type: 'posted',
              debit: providerOf(services, provider).clearingAccount(currency),
              effectiveOn: utcDay(now),
              refs: { platformId, topUpId },
            },
          ];
    const result = await ledger.commit({
      id: `${factId}:${attempt}`,
      transfers: [
        ...transfer({
          kind: 'deposit_debt_paid',
          credit: platformReceivable(platformId, currency),
          amount: beside,
        }),
        ...transfer({ kind: 'deposit_topped_up', credit: depositAccount(platformId, currency), amount: booked }),
      ],
      writes: [
        paymentWrite(fact, { booked, beside }, now),
        {
          kind: 'update',
          collection: 'top_ups',
          id: topUp._id,
          guard: {},
          update: { $set: { state: 'paid', paidAt: new Date(fact.occurredAt) } },
        },
        ...toppedUp(deposit, { paid: amount.amount, booked, available: available + booked }, now),
      ],
    });
    if (result.status !== 'refused') {
      services.deposits.forget(platformId, currency);
      return result.status === 'committed';
    }
    if (!LOOK_AGAIN.has(result.code)) {
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
  { booked, beside }: Pick<PlatformPaymentDocument, 'booked' | 'beside'>,
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
      booked: toLong(booked),
      beside: toLong(beside),
      provider,
      providerRef,
      occurredAt: new Date(occurredAt),
      recordedAt: new Date(now),
    },
  };
}

/** What the deposit got of a payment; minor units. */
interface ToppedUp {
  readonly paid: number;
  /** Into the deposit. */
  readonly booked: number;
  /** After it. */
  readonly available: number;
}

/** The deposit's level anew, and the event. */
function toppedUp(deposit: DepositDocument, { paid, booked, available }: ToppedUp, now: number): readonly UnitWrite[] {
  const { platformId, currency } = deposit;
  const lowBelow = deposit.lowBelowSet ? deposit.lowBelow : warningLevel(booked);
  const sequence = deposit.sequence + 1;
  return [
    {
      kind: 'update',
      collection: 'deposits',
      id: deposit._id,
      guard: { sequence: deposit.sequence, payments: deposit.payments ?? null },
      update: {
        // Whatever the level was: the next look tells when it is low again. Of nothing it is no other than before.
        $set: { ...(booked > 0 && { level: 'ok', lowBelow: toLong(lowBelow) }), sequence },
        $inc: { payments: 1 },
      },
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
