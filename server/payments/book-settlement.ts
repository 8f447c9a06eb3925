import { accountId } from '../../programs/ledger/chart.ts';
import { settlementTransfers } from '../../programs/payments/book-movements.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import type { FactApplier } from './apply-fact.ts';
import { commitBooking } from './commit-booking.ts';
import { disputedAccount } from './disputed-account.ts';
import { providerOf } from './provider-of.ts';

/**
 * Books that a provider settled a payment: clearing becomes cash gross, the fee leaves cash apart from it, and what a payer
 * disputes leaves cash until the case is won or lost. Once for each balance transaction. Money that went back before other
 * money came waits for it. Throws `conflict` / `cash_not_there`,
 * `booking_refused`, `provider_not_configured`.
 */
export const bookSettlement: FactApplier<'payment_settled'> = async (services, fact, applying) => {
  const provider = providerOf(services, fact.provider);
  const { currency } = fact.gross;
  const accounts = {
    cash: provider.cashAccount(currency),
    clearing: provider.clearingAccount(currency),
    disputed: disputedAccount(fact.provider, currency),
    fees: accountId('provider:*:fees', fact.fee.currency, fact.provider),
  };
  // Asked before the ledger is: what that refuses stays refused (M2), and this is only too early.
  const out = fact.fee.amount - fact.gross.amount;
  if (out > 0 && out > (await cashIn(services, accounts.cash))) {
    throw new Refusal(
      'conflict',
      'cash_not_there',
      `${fact.providerRef} takes out more than ${accounts.cash} holds: it is booked when there is as much.`,
    );
  }
  const refs = { provider: fact.provider, providerRef: fact.providerRef, factId: fact.factId };
  await commitBooking(services, { name: 'settlement', refs, fact, applying }, (booking) =>
    settlementTransfers(booking, fact, accounts),
  );
};

/** What a cash account has and nobody has reserved. */
async function cashIn({ models }: Services, account: string): Promise<number> {
  const stored = await models.accounts.findById(account).lean();
  return stored === null ? 0 : stored.debitsPosted - stored.creditsPosted - stored.creditsPending;
}
