import type { Document } from 'mongodb';
import { field, list, text } from './plain-rows.ts';

/** Money that left the provider for a payout, as the provider has it. */
export interface Effect {
  readonly ref: string;
  readonly payoutId: string;
  readonly attempt: number;
  readonly key: string;
  readonly amount: number;
  readonly currency: string;
  readonly account: string;
  /** It did not come back. */
  readonly stands: boolean;
}

/** Reads the provider's own books, table by table: every transfer and outbound payment, whatever became of it. */
export function readEffects(provider: Readonly<Record<string, readonly unknown[]>>): readonly Effect[] {
  const keys = new Map(list(provider.effect).map(({ id, idempotencyKey }) => [text(id), text(idempotencyKey)]));
  const numbers = new Map(
    list(provider.payout_method_detail).map(({ id, accountNumber }) => [text(id), text(accountNumber)]),
  );
  const common = (row: Document) => {
    const metadata: unknown = row.metadata;
    const payoutId = text(row.transfer_group) || text(field(metadata, 'payoutId'));
    return {
      ref: text(row.id),
      payoutId,
      attempt: Number(field(metadata, 'attempt')),
      key: keys.get(text(row.id)) ?? '',
    };
  };
  const payments = list(provider.outbound_payment).map((row) => ({
    ...common(row),
    amount: Number(field(row.amount, 'value')),
    currency: text(field(row.amount, 'currency')).toUpperCase(),
    account: numbers.get(text(field(row.to, 'payout_method'))) ?? '',
    stands: row.status === 'processing' || row.status === 'posted',
  }));
  const transfers = list(provider.transfer).map((row) => ({
    ...common(row),
    amount: Number(row.amount),
    currency: text(row.currency).toUpperCase(),
    account: text(row.destination),
    stands: row.reversed !== true,
  }));
  return [...payments, ...transfers];
}
