import { formatMoney } from '../../programs/money.ts';
import type { Instant } from '../../programs/calendar.ts';
import type { InvoiceAnswer } from '../payments/payment-port.ts';
import { providerOf } from '../payments/provider-of.ts';
import type { Services } from '../services.ts';
import { changeInvoice, outstandingOf } from './change-invoice.ts';
import { endsAtProvider } from './credit-invoice.ts';
import type { InvoiceDelivery, InvoiceDocument } from './invoice-model.ts';

/** While a call is under way no other process makes it; it ends well before. */
const CALL_MS = 2 * 60_000;
/** How long a provider that could not answer is left alone. */
const RETRY_MS = 5 * 60_000;

type SendServices = Pick<Services, 'ledger' | 'models' | 'clock' | 'payments' | 'log'>;

/**
 * Gives an invoice to the provider that collects it. Its key and amount are stored before the call and are the same at
 * every try, and the provider looks for the invoice before it makes one: so an answer that never came, a crash or two
 * processes at once end in one invoice there. What is not certain stays `to_send` and is asked for again.
 * Answers the invoice afterwards; undefined when there was nothing to send, or another process is at it.
 * Throws `invoice_not_found`, `provider_not_configured`.
 */
export async function sendInvoice(
  services: SendServices,
  invoiceId: string,
  { again = false }: { readonly again?: boolean } = {},
): Promise<InvoiceDocument | undefined> {
  const claimed = await changeInvoice(services, invoiceId, async (invoice) =>
    mayBeSent(invoice, services.clock.now(), again) ? { delivery: asked(invoice, services.clock.now()) } : undefined,
  );
  if (claimed === undefined || claimed.delivery.state !== 'to_send') return claimed;
  const answer = await ask(services, claimed);
  return changeInvoice(services, invoiceId, async (invoice) => {
    // Another process was told meanwhile, or what was open is paid.
    if (invoice.delivery.state !== 'to_send') return undefined;
    const now = services.clock.now();
    const delivery = answered(invoice.delivery, answer, now);
    if (delivery.state !== 'sent') return { delivery };
    // Settled by another way meanwhile: it must not be paid there as well.
    const ends = outstandingOf(invoice) === 0 && !(await isPaidThere(services, invoice));
    return ends ? endsAtProvider({ ...invoice, delivery }, 0, now) : { delivery, tell: () => 'invoice.issued' };
  });
}

async function isPaidThere({ models }: SendServices, { _id, delivery }: InvoiceDocument): Promise<boolean> {
  const there = { invoiceId: _id, provider: delivery.provider, kind: 'payment' } as const;
  return (await models.platformPayments.exists(there)) !== null;
}

/** Whether the provider is to be asked now; a person may ask `again` what it refused. */
function mayBeSent({ delivery }: InvoiceDocument, now: Instant, again: boolean): boolean {
  if (delivery.state === 'refused') return again;
  return delivery.state === 'to_send' && (again || delivery.nextTryAt.getTime() <= now);
}

function asked(invoice: InvoiceDocument, now: Instant): InvoiceDelivery {
  const { delivery } = invoice;
  const outstanding = outstandingOf(invoice);
  // Never asked for, and nothing to ask for any more.
  if (outstanding === 0 && delivery.amount === undefined) return { ...delivery, state: 'none' };
  return {
    ...delivery,
    state: 'to_send',
    amount: delivery.amount ?? outstanding,
    firstTriedAt: delivery.firstTriedAt ?? new Date(now),
    nextTryAt: new Date(now + CALL_MS),
  };
}

async function ask(services: SendServices, invoice: InvoiceDocument): Promise<InvoiceAnswer> {
  const { _id: invoiceId, platformId, currency, delivery, overdueFrom, periodFrom, statementCount } = invoice;
  const platform = await services.models.platforms.findById(platformId, { name: 1 }).lean();
  const amount = { amount: delivery.amount ?? 0, currency };
  const answer = await providerOf(services, delivery.provider).sendInvoice({
    invoiceId,
    platformId,
    platformName: platform?.name ?? platformId,
    amount,
    dueAt: overdueFrom.getTime(),
    description: `Premium from ${periodFrom}: ${statementCount} statements, ${formatMoney(amount)}`,
    idempotencyKey: delivery.idempotencyKey,
  });
  if (answer.outcome !== 'sent') services.log.warn({ invoiceId, ...answer }, 'an invoice was not sent');
  return answer;
}

function answered(delivery: InvoiceDelivery, answer: InvoiceAnswer, now: Instant): InvoiceDelivery {
  switch (answer.outcome) {
    case 'sent': {
      const { providerRef, payUrl } = answer;
      return { ...delivery, state: 'sent', providerRef, ...(payUrl !== undefined && { payUrl }) };
    }
    case 'refused':
      return { ...delivery, state: 'refused', message: `${answer.code}: ${answer.message}` };
    case 'try_again':
    case 'unknown':
      return { ...delivery, message: answer.message, nextTryAt: new Date(now + RETRY_MS) };
  }
}

/**
 * Ends at the provider what need not be paid there any more. A provider that does not answer is asked again later; one that
 * refuses (a part of it is paid there) leaves it to a person.
 */
export async function voidAtProvider(services: SendServices, invoiceId: string): Promise<void> {
  const invoice = await services.models.invoices.findById(invoiceId).lean();
  const { providerRef, provider } = invoice?.delivery ?? {};
  if (providerRef === undefined || provider === undefined) return;
  await providerOf(services, provider).voidInvoice(invoiceId, providerRef);
  await changeInvoice(services, invoiceId, async ({ delivery }) =>
    delivery.state === 'to_void' ? { delivery: { ...delivery, state: 'none' } } : undefined,
  );
}
