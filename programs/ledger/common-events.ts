import type { Money } from '../money.ts';
import { moved, type Booking } from './booking.ts';
import { accountId, type AccountId } from './chart.ts';
import type { DirectTransfer } from './transfer.ts';

/** What was there before these books: from outside into an account, or the other way for cash. */
export const openingBalance = (
  booking: Booking,
  { amount, account, side }: { readonly amount: Money; readonly account: AccountId; readonly side: 'debit' | 'credit' },
): readonly DirectTransfer[] => {
  const outside = accountId('world:*', amount.currency, 'opening');
  return moved(
    booking,
    'opening_balance',
    amount,
    side === 'debit' ? { debit: account, credit: outside } : { debit: outside, credit: account },
  );
};

/** Money that had arrived at a bank, payer or purpose unknown, was matched to what it was for. */
export const bankIdentified = (
  booking: Booking,
  { amount, bankId, to }: { readonly amount: Money; readonly bankId: string; readonly to: AccountId },
): readonly DirectTransfer[] =>
  moved(booking, 'bank_identified', amount, {
    debit: accountId('bank:*:unidentified', amount.currency, bankId),
    credit: to,
  });

/** A deposit, or what is left of it, goes back to its platform. */
export const depositWithdrawn = (
  booking: Booking,
  { amount, platformId, cash }: { readonly amount: Money; readonly platformId: string; readonly cash: AccountId },
): readonly DirectTransfer[] =>
  moved(booking, 'deposit_withdrawn', amount, {
    debit: accountId('platform:*:deposit', amount.currency, platformId),
    credit: cash,
  });

/** Somebody paid back what they had received in error, to the account that had paid it. */
export const payoutRecovered = (
  booking: Booking,
  { amount, cash, source }: { readonly amount: Money; readonly cash: AccountId; readonly source: AccountId },
): readonly DirectTransfer[] => moved(booking, 'payout_recovered', amount, { debit: cash, credit: source });

/** A claim of ours on somebody is given up, with approval (C6): the loss is Parasol's own. */
export const writtenOff = (
  booking: Booking,
  { amount, receivable }: { readonly amount: Money; readonly receivable: AccountId },
): readonly DirectTransfer[] =>
  moved(booking, 'written_off', amount, {
    debit: accountId('parasol:write_off', amount.currency),
    credit: receivable,
  });
