import { newId, seconds } from '../context.ts';
import type { Context } from '../context.ts';
import { emitEvent } from '../emit-event.ts';
import type { BalanceRow, BalanceTransactionRow, EffectRow, Metadata, MovementType } from '../rows.ts';
import { refused } from '../stripe-trouble.ts';

const REPORTED_AS: Readonly<Record<MovementType, string>> = {
  charge: 'charge',
  refund: 'refund',
  adjustment: 'dispute',
  transfer: 'transfer',
  transfer_refund: 'transfer_reversal',
  topup: 'topup',
  payout: 'payout',
  payout_failure: 'payout_reversal',
};

interface Movement {
  readonly type: MovementType;
  /** Negative for money that leaves. */
  readonly amount: number;
  readonly fee?: number;
  readonly currency: string;
  /** The object that it belongs to. */
  readonly source: string;
  readonly description?: string | null;
  /** Absent: at once. */
  readonly availableAt?: number;
}

export function balanceOf({ store }: Pick<Context, 'store'>, currency: string): BalanceRow {
  return store.get('balance', currency) ?? { id: currency, available: 0, pending: 0 };
}

/** The only way in which a balance changes. */
export function moveMoney(context: Context, movement: Movement): BalanceTransactionRow {
  const { store, now } = context;
  const { type, amount, fee = 0, currency, source, description = null, availableAt = now } = movement;
  const waits = availableAt > now;
  const net = amount - fee;
  const balance = balanceOf(context, currency);
  store.put('balance', {
    ...balance,
    available: balance.available + (waits ? 0 : net),
    pending: balance.pending + (waits ? net : 0),
  });
  const transaction = store.put('balance_transaction', {
    id: newId(context, 'txn'),
    object: 'balance_transaction',
    amount,
    available_on: seconds(availableAt),
    balance_type: 'payments',
    created: seconds(now),
    currency,
    description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' }],
    net,
    reporting_category: REPORTED_AS[type],
    source,
    status: waits ? 'pending' : 'available',
    type,
  });
  if (waits) context.schedule('settle', transaction.id, availableAt);
  return transaction;
}

/** Makes pending money available; does nothing when it already is. */
export function settleTransaction(context: Context, id: string): void {
  const transaction = context.store.get('balance_transaction', id);
  if (transaction?.status !== 'pending') return;
  const balance = balanceOf(context, transaction.currency);
  const { net } = transaction;
  context.store.put('balance', { ...balance, available: balance.available + net, pending: balance.pending - net });
  context.store.put('balance_transaction', { ...transaction, status: 'available', available_on: seconds(context.now) });
  emitEvent(context, 'balance.available', renderBalance(context));
}

/** v1: throws `balance_insufficient` when less than that is available. */
export function requireAvailable(context: Context, currency: string, amount: number): void {
  if (balanceOf(context, currency).available >= amount) return;
  throw refused(
    'balance_insufficient',
    'You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card. (SANDBOX: POST /_sandbox/fund)',
  );
}

export function renderBalance({ store }: Pick<Context, 'store'>): object {
  const amounts = (of: 'available' | 'pending') =>
    store.list('balance').map(({ id, ...row }) => ({ amount: row[of], currency: id, source_types: { card: row[of] } }));
  return { object: 'balance', available: amounts('available'), livemode: false, pending: amounts('pending') };
}

/** Writes down that money moved because somebody asked for it. */
export function recordEffect(
  context: Context,
  effect: Pick<EffectRow, 'id' | 'kind' | 'amount' | 'currency'> & {
    readonly transferGroup?: string | null;
    readonly metadata: Metadata;
  },
): void {
  const { transferGroup, metadata, ...rest } = effect;
  context.store.put('effect', {
    ...rest,
    at: context.now,
    businessKey: transferGroup ?? metadata.payoutId ?? null,
    idempotencyKey: context.idempotencyKey,
  });
}
