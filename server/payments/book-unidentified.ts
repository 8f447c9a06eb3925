import { accountId } from '../../programs/ledger/chart.ts';
import { unidentifiedTransfers } from '../../programs/payments/book-movements.ts';
import type { FactApplier } from './apply-fact.ts';
import { commitBooking } from './commit-booking.ts';
import { providerOf } from './provider-of.ts';

/**
 * Books money that arrived at a bank and names nothing we know: cash against `bank:<provider>:unidentified`, from where it
 * moves on when a person has found out whose it is. Throws `conflict` / `booking_refused`, `provider_not_configured`.
 */
export const bookUnidentified: FactApplier<'bank_received'> = async (services, fact, applying) => {
  const { currency } = fact.amount;
  const accounts = {
    cash: providerOf(services, fact.provider).cashAccount(currency),
    unidentified: accountId('bank:*:unidentified', currency, fact.provider),
  };
  const refs = { provider: fact.provider, providerRef: fact.providerRef, factId: fact.factId };
  await commitBooking(services, { name: 'unidentified', refs, fact, applying }, (booking) =>
    unidentifiedTransfers(booking, fact.amount, accounts),
  );
};
