import { dunningStep } from '../../programs/invoices/dunning.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import { changeInvoice, outstandingOf } from './change-invoice.ts';
import { sendInvoice, voidAtProvider } from './send-invoice.ts';

const PAGE = 200;

/** What a run did. */
export interface Collected {
  readonly sent: number;
  readonly dunned: number;
  readonly voided: number;
  readonly failed: number;
}

/**
 * Sends what is to be sent, tells of what is overdue (at most once for each step, after an outage only the last), and ends
 * at the providers what is settled otherwise. Unpaid invoices never touch cover already given.
 */
export async function collectInvoices(services: Services): Promise<Collected> {
  const now = new Date(services.clock.now());
  const tally = { sent: 0, dunned: 0, voided: 0, failed: 0 };
  const each = async (filter: object, what: keyof typeof tally, work: (invoiceId: string) => Promise<boolean>) => {
    for (const invoiceId of await idsOf(services, filter)) {
      try {
        if (await work(invoiceId)) tally[what] += 1;
      } catch (error) {
        tally.failed += 1;
        services.log.error({ err: error, invoiceId }, 'an invoice was not collected; it stays due');
      }
    }
  };
  // Where no provider is set up, nothing is sent; what is owed is owed all the same.
  const provider = { 'delivery.provider': { $in: Object.keys(services.payments) } };
  const due = { ...provider, 'delivery.nextTryAt': { $lte: now } };
  await each({ 'delivery.state': 'to_send', ...due }, 'sent', async (invoiceId) => {
    const invoice = await sendInvoice(services, invoiceId);
    return invoice?.delivery.state === 'sent';
  });
  // The type as well: else the partial index is not used.
  await each({ nextDunningAt: { $lte: now, $type: 'date' } }, 'dunned', async (invoiceId) => dun(services, invoiceId));
  await each({ 'delivery.state': 'to_void', ...due }, 'voided', async (invoiceId) => endThere(services, invoiceId));
  return tally;
}

/** Whose time has come; the rest of a long list is for the next run. */
async function idsOf({ models }: Services, filter: object): Promise<readonly string[]> {
  const found = await models.invoices.collection
    .find<{ _id: string }>(filter, { projection: { _id: 1 } })
    .limit(PAGE)
    .toArray();
  return found.map(({ _id }) => _id);
}

/** Marks an invoice overdue, and tells its platform of the step that it has reached. */
async function dun(services: Services, invoiceId: string): Promise<boolean> {
  const dunned = await changeInvoice(services, invoiceId, async (invoice) => {
    const { step } = dunningStep(invoice.dueOn, invoice.timeZone, services.clock.now());
    if (outstandingOf(invoice) === 0 || step <= invoice.dunningStep) return undefined;
    return { dunningStep: step, tell: () => 'invoice.overdue' };
  });
  return dunned !== undefined;
}

async function endThere(services: Services, invoiceId: string): Promise<boolean> {
  try {
    await voidAtProvider(services, invoiceId);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind === 'unavailable') throw error;
    await changeInvoice(services, invoiceId, async ({ delivery }) => ({
      delivery: { ...delivery, state: 'refused', message: error.message },
    }));
    services.log.error({ err: error, invoiceId }, 'a provider does not end an invoice: a person has to look');
    return false;
  }
}
