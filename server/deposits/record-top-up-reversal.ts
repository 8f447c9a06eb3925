import { toLong } from '../database/longs.ts';
import type { DirectTransfer } from '../../programs/ledger/transfer.ts';
import { wentBackFrom } from '../payments/disputed-account.ts';
import type { PaymentFact } from '../payments/payment-fact.ts';
import type { Services } from '../services.ts';
import { availableIn, depositAccount, platformReceivable } from './deposit-accounts.ts';
import { depositDocument, noteDepositLevel } from './note-deposit-level.ts';
import { utcDay } from './open-envelope.ts';
import { LOOK_AGAIN, topUpOf } from './record-top-up.ts';

/** A payment of a top-up that went back: a refund, or a lost dispute. */
export type TopUpReversed = Extract<PaymentFact, { kind: 'payment_reversed' }> & {
  readonly of: { readonly topUpId: string; readonly platformId: string };
};

type ReversalServices = Pick<Services, 'ledger' | 'models' | 'database' | 'clock' | 'payments'>;

/**
 * Books a top-up that was taken back, once for each fact: from the deposit as far as it reaches. What was spent is owed by
 * the platform, and its next top-up pays it first: cover given stands, and the deposit never falls below zero. Answers false
 * when it was booked before.
 * Throws `top_up_not_found`.
 */
export async function recordTopUpReversal(services: ReversalServices, fact: TopUpReversed): Promise<boolean> {
  const { ledger, models, clock } = services;
  const { factId, of, amount, provider, providerRef, occurredAt, cause } = fact;
  const { platformId, topUpId } = of;
  const { currency } = amount;
  const now = clock.now();
  await topUpOf(services, topUpId, platformId);
  const deposit = depositAccount(platformId, currency);
  for (let attempt = 1; ; attempt++) {
    if (await models.platformPayments.exists({ _id: factId })) return false;
    const { _id: id, payments = null } = await depositDocument(services, { platformId, currency });
    const booked = Math.min(amount.amount, await availableIn(services, deposit));
    const beside = amount.amount - booked;
    const transfer = (part: string, debit: string, moved: number): DirectTransfer[] =>
      moved === 0
        ? []
        : [
            {
              // A refused id stays refused (M2): covers may take from the deposit between our look and the commit.
              id: `${factId}:${part}:${attempt}`,
              kind: cause === 'refund' ? 'payment_refunded' : 'payment_disputed',
              type: 'posted',
              debit,
              credit: wentBackFrom(services, fact),
              amount: moved,
              effectiveOn: utcDay(now),
              refs: { platformId, topUpId },
            },
          ];
    const result = await ledger.commit({
      id: `${factId}:${attempt}`,
      transfers: [
        ...transfer('deposit', deposit, booked),
        ...transfer('owed', platformReceivable(platformId, currency), beside),
      ],
      writes: [
        {
          kind: 'insert',
          collection: 'platform_payments',
          document: {
            _id: factId,
            kind: cause,
            platformId,
            topUpId,
            amount: toLong(amount.amount),
            currency,
            booked: toLong(booked),
            beside: toLong(beside),
            provider,
            providerRef,
            occurredAt: new Date(occurredAt),
            recordedAt: new Date(now),
          },
        },
        { kind: 'update', collection: 'deposits', id, guard: { payments }, update: { $inc: { payments: 1 } } },
      ],
    });
    if (result.status !== 'refused') {
      await noteDepositLevel(services, { platformId, currency });
      return result.status === 'committed';
    }
    if (!LOOK_AGAIN.has(result.code)) {
      throw new Error(`The reversal ${factId} was refused by the ledger: ${result.message}`);
    }
  }
}
