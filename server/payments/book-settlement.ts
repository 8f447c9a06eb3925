import { accountId } from '../../programs/ledger/chart.ts';
import { settlementTransfers } from '../../programs/payments/book-movements.ts';
import type { FactApplier } from './apply-fact.ts';
import { commitBooking } from './commit-booking.ts';
import { providerOf } from './provider-of.ts';

/**
 * Books that a provider settled a payment: clearing becomes cash gross, the fee leaves cash apart from it. Once for each
 * balance transaction. Throws `conflict` / `booking_refused`, `provider_not_configured`.
 */
export const bookSettlement: FactApplier<'payment_settled'> = async (services, fact, { decision, now }) => {
  const provider = providerOf(services, fact.provider);
  const { currency } = fact.gross;
  const accounts = {
    cash: provider.cashAccount(currency),
    clearing: provider.clearingAccount(currency),
    fees: accountId('provider:*:fees', fact.fee.currency, fact.provider),
  };
  const refs = { provider: fact.provider, providerRef: fact.providerRef, factId: fact.factId };
  const id = `settlement:${fact.factId}:${decision}`;
  await commitBooking(services, { id, refs, occurredAt: fact.occurredAt, now }, (booking) =>
    settlementTransfers(booking, fact, accounts),
  );
};
