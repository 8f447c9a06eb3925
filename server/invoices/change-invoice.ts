import type { Instant } from '../../programs/calendar.ts';
import { DUNNING_DAYS, dunningAt } from '../../programs/invoices/dunning.ts';
import { invoiceState, openAmount } from '../../programs/invoices/invoice-state.ts';
import type { NewTransfer } from '../../programs/ledger/transfer.ts';
import { Refusal } from '../../programs/refusal.ts';
import { toLong } from '../database/longs.ts';
import { eventWrite } from '../events/event-row.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { Services } from '../services.ts';
import type { InvoiceDocument } from './invoice-model.ts';

export type InvoiceEvent =
  | 'invoice.issued'
  | 'invoice.paid'
  | 'invoice.partly_paid'
  | 'invoice.overdue'
  | 'invoice.credited'
  | 'invoice.reopened';

/** What is to become of an invoice; sums are minor units. */
export interface InvoiceChange {
  readonly sums?: Partial<Pick<InvoiceDocument, 'credited' | 'paid' | 'writtenOff' | 'excess'>>;
  readonly delivery?: InvoiceDocument['delivery'];
  readonly dunningStep?: number;
  readonly note?: InvoiceDocument['writeOff'];
  readonly transfers?: readonly NewTransfer[];
  readonly writes?: readonly UnitWrite[];
  /** What its platform is told of it, given the invoice as it is afterwards. */
  readonly tell?: (after: InvoiceDocument) => InvoiceEvent | undefined;
}

type ChangeServices = Pick<Services, 'ledger' | 'models' | 'clock'>;

/**
 * Changes an invoice in one unit of the ledger: money, document and event, or nothing. `decide` is asked again when another
 * process changed the invoice meanwhile, or an account's money went elsewhere (`attempt` rises, for ids that must be new, M2);
 * undefined changes nothing. Answers the invoice as it is then, or undefined when nothing was changed.
 * Throws `not_found` `invoice_not_found`.
 */
export async function changeInvoice(
  services: ChangeServices,
  invoiceId: string,
  decide: (invoice: InvoiceDocument, attempt: number) => Promise<InvoiceChange | undefined>,
): Promise<InvoiceDocument | undefined> {
  const { ledger, models, clock } = services;
  for (let attempt = 1; ; attempt++) {
    const before = await models.invoices.findById(invoiceId).lean();
    if (before === null) throw invoiceNotFound(invoiceId);
    const change = await decide(before, attempt);
    if (change === undefined) return undefined;
    const after = changed(before, change, clock.now());
    const result = await ledger.commit({
      id: `${invoiceId}:${after.version}`,
      transfers: change.transfers ?? [],
      writes: [updateWrite(before, after), ...(change.writes ?? []), ...eventWrites(before, after, change)],
    });
    if (result.status === 'committed') return after;
    if (result.status === 'replayed') return undefined;
    if (!AGAIN.has(result.code)) throw new Error(`The ledger refuses ${invoiceId}: ${result.code}, ${result.message}`);
  }
}

/** Refusals after which the same decision may come out otherwise. */
const AGAIN: ReadonlySet<string> = new Set(['guard_failed', 'already_exists', 'exceeds_funds', 'transfer_id_refused']);

export const invoiceNotFound = (invoiceId: string): Refusal =>
  new Refusal('not_found', 'invoice_not_found', `There is no invoice ${invoiceId} of yours.`);

/** The sums of an invoice as the rules read them. */
export const factsOf = (invoice: InvoiceDocument) => ({
  total: invoice.total,
  credited: invoice.credited,
  paid: invoice.paid,
  writtenOff: invoice.writtenOff,
  sent: invoice.delivery.state === 'sent',
  overdueFrom: invoice.overdueFrom.getTime(),
});

/** What is still to be paid. */
export const outstandingOf = (invoice: InvoiceDocument): number => Math.max(0, openAmount(factsOf(invoice)));

/** When an invoice with something open is dunned next, after the steps that were told. */
export function nextDunningAt(invoice: Pick<InvoiceDocument, 'dueOn' | 'timeZone' | 'dunningStep'>): Date | null {
  const days = DUNNING_DAYS[invoice.dunningStep];
  return days === undefined ? null : new Date(dunningAt(invoice.dueOn, invoice.timeZone, days));
}

function changed(before: InvoiceDocument, change: InvoiceChange, now: Instant): InvoiceDocument {
  const invoice: InvoiceDocument = {
    ...before,
    ...change.sums,
    ...(change.delivery && { delivery: change.delivery }),
    ...(change.note && { writeOff: change.note }),
    dunningStep: change.dunningStep ?? before.dunningStep,
    version: before.version + 1,
    updatedAt: new Date(now),
  };
  const state = invoiceState(factsOf(invoice), now);
  const after = { ...invoice, state, nextDunningAt: outstandingOf(invoice) > 0 ? nextDunningAt(invoice) : null };
  return { ...after, sequence: before.sequence + (change.tell?.(after) === undefined ? 0 : 1) };
}

function updateWrite(before: InvoiceDocument, after: InvoiceDocument): UnitWrite {
  const { _id, credited, paid, writtenOff, excess, delivery, ...rest } = after;
  const { state, nextDunningAt: dunnedNextAt, dunningStep, sequence, version, updatedAt, writeOff } = rest;
  return {
    kind: 'update',
    collection: 'invoices',
    id: _id,
    guard: { version: before.version },
    update: {
      $set: {
        ...{ credited: toLong(credited), paid: toLong(paid), writtenOff: toLong(writtenOff), excess: toLong(excess) },
        ...{ state, nextDunningAt: dunnedNextAt, dunningStep, sequence, version, updatedAt },
        delivery: { ...delivery, ...(delivery.amount !== undefined && { amount: toLong(delivery.amount) }) },
        ...(writeOff && { writeOff }),
      },
    },
  };
}

function eventWrites(before: InvoiceDocument, after: InvoiceDocument, change: InvoiceChange): readonly UnitWrite[] {
  const type = change.tell?.(after);
  return type === undefined || after.sequence === before.sequence ? [] : [invoiceEvent(type, after)];
}

/** The news of an invoice, under its sequence. */
export function invoiceEvent(type: InvoiceEvent, invoice: InvoiceDocument): UnitWrite {
  const { _id: invoiceId, platformId, currency, total, dueOn, sequence, updatedAt } = invoice;
  const at = updatedAt.getTime();
  return eventWrite({
    type,
    aggregateId: invoiceId,
    sequence,
    audience: { kind: 'platform', platformId },
    occurredAt: at,
    recordedAt: at,
    data: {
      invoiceId,
      platformId,
      total: { amount: total, currency },
      outstanding: { amount: outstandingOf(invoice), currency },
      dueOn,
    },
  });
}
