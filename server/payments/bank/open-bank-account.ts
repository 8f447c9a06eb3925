import { isTimeZone, productDayAt } from '../../../programs/calendar.ts';
import { accountId } from '../../../programs/ledger/chart.ts';
import { isCurrency, type Money } from '../../../programs/money.ts';
import { Refusal } from '../../../programs/refusal.ts';
import { actorName, type ActorOf } from '../../actor.ts';
import { isDuplicateKey } from '../../database/duplicate-key.ts';
import type { Services } from '../../services.ts';
import { providerOf } from '../provider-of.ts';
import type { BankAccountDocument } from './bank-models.ts';

export interface OpenBankAccount {
  readonly actor: ActorOf<'operator'>;
  readonly holder: string;
  readonly bankCode: string;
  readonly accountNumber: string;
  readonly timeZone: string;
  /** What is on it when these books begin; its currency is the account's. */
  readonly openingBalance: Money;
}

/**
 * Makes a bank account of ours known, and books what is on it. One for each currency: the same again changes nothing, another
 * one is refused. Throws `invalid` / `bank_account_invalid`, `conflict` / `bank_account_taken`, `booking_refused`.
 */
export async function openBankAccount(services: Services, command: OpenBankAccount): Promise<BankAccountDocument> {
  const now = services.clock.now();
  const { actor, holder, bankCode, accountNumber, timeZone, openingBalance } = command;
  const { currency } = openingBalance;
  if (
    !isCurrency(currency) ||
    !isTimeZone(timeZone) ||
    openingBalance.amount < 0 ||
    !/^[0-9A-Z]{4,40}$/.test(accountNumber)
  ) {
    throw new Refusal(
      'invalid',
      'bank_account_invalid',
      'A bank account has a currency, a time zone, a number of 4 to 40 digits or capital letters, and no negative balance.',
    );
  }
  const account: BankAccountDocument = {
    _id: currency,
    holder,
    bankCode,
    maskedNumber: `****${accountNumber.slice(-4)}`,
    timeZone,
    openedAt: new Date(now),
    openedBy: actorName(actor),
  };
  try {
    await services.models.bankAccounts.create(account);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const stored = await services.models.bankAccounts.findById(currency).lean();
    if (stored?.maskedNumber !== account.maskedNumber || stored.bankCode !== bankCode) {
      throw new Refusal('conflict', 'bank_account_taken', `There is another bank account in ${currency} already.`);
    }
  }
  await bookOpening(services, openingBalance, productDayAt(now, { timeZone, boundary: '00:00' }));
  return account;
}

async function bookOpening(services: Services, balance: Money, effectiveOn: string): Promise<void> {
  if (balance.amount === 0) return;
  const { amount, currency } = balance;
  const id = `bank-opening:${currency}:1`;
  if ((await services.models.transfers.exists({ _id: id })) !== null) return;
  const debit = providerOf(services, 'bank_file').cashAccount(currency);
  const credit = accountId('world:*', currency, 'opening');
  const result = await services.ledger.commit({
    id,
    transfers: [{ id, kind: 'opening_balance', type: 'posted', debit, credit, amount, effectiveOn }],
  });
  if (result.status === 'refused') throw new Refusal('conflict', 'booking_refused', result.message);
}
