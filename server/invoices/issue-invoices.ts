import { dueOn, localDayAt } from '../../programs/invoices/billing-terms.ts';
import { overdueFrom } from '../../programs/invoices/dunning.ts';
import { invoiceState } from '../../programs/invoices/invoice-state.ts';
import { planInvoices, type Billable, type InvoicePlan } from '../../programs/invoices/plan-invoices.ts';
import type { DirectTransfer } from '../../programs/ledger/transfer.ts';
import { deterministicId } from '../database/ids.ts';
import { toLong } from '../database/longs.ts';
import { availableIn, creditAccount, receivableAccount } from '../deposits/deposit-accounts.ts';
import { utcDay } from '../deposits/open-envelope.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import { policyOf } from '../policies/policy-of.ts';
import type { Services } from '../services.ts';
import { billingTermsOf, type PolicyBilling } from './billing-terms.ts';
import { factsOf, invoiceEvent, nextDunningAt, outstandingOf } from './change-invoice.ts';
import type { InvoiceDocument } from './invoice-model.ts';

/** What a run billed. */
export interface Issued {
  readonly invoices: number;
  readonly creditNotes: number;
  readonly failed: number;
}

interface Bill extends Billable {
  /** As the unit must find it. */
  readonly settled: number;
}

/** Statements looked at for one policy in one run; the rest is for the next. */
const STATEMENTS_MAX = 2_000;

/**
 * Bills what is due to be billed: the statements of cycles that have ended, per policy and currency, each on one invoice
 * (a statement's row names its invoice, set once). A policy that fails does not keep others from being billed. `early`
 * does not wait for cycles to end.
 */
export async function issueInvoices(
  services: Services,
  { policyId: only, early = false }: { readonly policyId?: string; readonly early?: boolean } = {},
): Promise<Issued> {
  const { models, log } = services;
  const tally = { invoices: 0, creditNotes: 0, failed: 0 };
  const open = await models.receivables.collection
    .aggregate<{ _id: { policyId: string; platformId: string; currency: string } }>([
      // A policy is named, if only as any: so the index of what is unbilled is used.
      { $match: { policyId: only ?? { $gt: '' }, invoiceId: null, settled: { $ne: null } } },
      { $group: { _id: { policyId: '$policyId', platformId: '$platformId', currency: '$currency' } } },
      { $sort: { _id: 1 } },
    ])
    .toArray();
  for (const { _id } of open) {
    try {
      for (const kind of await billPolicy(services, _id, early))
        tally[kind === 'invoice' ? 'invoices' : 'creditNotes'] += 1;
    } catch (error) {
      tally.failed += 1;
      log.error({ err: error, policyId: _id.policyId }, 'a policy was not billed; it stays due');
    }
  }
  return tally;
}

interface Billed {
  readonly policyId: string;
  readonly platformId: string;
  readonly currency: string;
}

async function billPolicy(
  services: Services,
  billed: Billed,
  early: boolean,
): Promise<readonly InvoiceDocument['kind'][]> {
  const { policyId, currency } = billed;
  const { current } = await policyOf(services, policyId);
  const terms = await billingTermsOf(services, policyId);
  const now = services.clock.now();
  const { timeZone } = current;
  const plans = planInvoices(await billsOf(services, policyId, currency), terms, { now, timeZone, early });
  const kinds: InvoiceDocument['kind'][] = [];
  for (const plan of plans) {
    const issued = await issue(services, { ...billed, ...terms, timeZone }, plan, now);
    if (issued) kinds.push(plan.kind);
  }
  return kinds;
}

async function billsOf({ models }: Services, policyId: string, currency: string): Promise<readonly Bill[]> {
  const rows = await models.receivables
    .find({ policyId, currency, invoiceId: null, settled: { $ne: null } })
    .sort({ issuedAt: 1 })
    .limit(STATEMENTS_MAX)
    .lean();
  return rows.map(({ _id, productDay, issuedAt, total, settled }) => ({
    statementId: _id,
    productDay,
    issuedAt: issuedAt.getTime(),
    amount: total - (settled ?? 0),
    settled: settled ?? 0,
  }));
}

/** False when another process billed some of it at the same moment. */
async function issue(
  services: Services,
  terms: Billed & PolicyBilling & { readonly timeZone: string },
  plan: InvoicePlan<Bill>,
  now: number,
): Promise<boolean> {
  const { policyId, currency } = terms;
  for (let attempt = 1; ; attempt++) {
    const kept = await availableIn(services, creditAccount(policyId, currency));
    const credited = Math.min(Math.max(0, plan.total), kept);
    const invoice = invoiceOf(terms, plan, credited, now);
    const result = await services.ledger.commit({
      id: `${invoice._id}:issue`,
      transfers: creditTransfers(invoice, attempt, now),
      writes: [
        { kind: 'insert', collection: 'invoices', document: stored(invoice) },
        ...plan.statements.map(({ statementId, settled }): UnitWrite => ({
          kind: 'update',
          collection: 'receivables',
          id: statementId,
          guard: { invoiceId: null, settled },
          update: { $set: { invoiceId: invoice._id } },
        })),
        ...(invoice.sequence > 0 ? [invoiceEvent('invoice.credited', invoice)] : []),
      ],
    });
    if (result.status === 'committed') return true;
    if (result.status === 'replayed') return false;
    if (result.code === 'guard_failed' || result.code === 'already_exists') return false;
    // The policyholder's credit went to another invoice meanwhile. A refused id stays refused (M2).
    if (result.code !== 'exceeds_funds' && result.code !== 'transfer_id_refused') {
      throw new Error(`The ledger refuses ${invoice._id}: ${result.code}, ${result.message}`);
    }
  }
}

function invoiceOf(
  terms: Billed & PolicyBilling & { readonly timeZone: string },
  { kind, statements, total, period }: InvoicePlan<Bill>,
  credited: number,
  now: number,
): InvoiceDocument {
  const { policyId, platformId, currency, timeZone, provider } = terms;
  const lastDay = dueOn(localDayAt(now, timeZone), terms);
  const _id = deterministicId('inv', policyId, currency, statements[0]?.statementId ?? '');
  const invoice: InvoiceDocument = {
    ...{ _id, kind, platformId, policyId, currency, timeZone },
    ...{ periodFrom: period.from, periodTo: period.to, statementCount: statements.length },
    ...{ total, credited, paid: 0, writtenOff: 0, excess: 0, state: 'draft' },
    issuedAt: new Date(now),
    dueOn: lastDay,
    overdueFrom: new Date(overdueFrom(lastDay, timeZone)),
    dunningStep: 0,
    nextDunningAt: null,
    delivery: { provider, state: 'to_send', idempotencyKey: `${_id}:1`, nextTryAt: new Date(now) },
    sequence: kind === 'credit_note' || credited > 0 ? 1 : 0,
    version: 1,
    updatedAt: new Date(now),
  };
  const state = invoiceState(factsOf(invoice), now);
  if (outstandingOf(invoice) > 0) return { ...invoice, state, nextDunningAt: nextDunningAt(invoice) };
  return { ...invoice, state, delivery: { ...invoice.delivery, state: 'none' } };
}

/** A credit note keeps its credit for the policyholder; an invoice uses what was kept. */
function creditTransfers(invoice: InvoiceDocument, attempt: number, now: number): readonly DirectTransfer[] {
  const { _id, policyId, platformId, currency, kind, total, credited } = invoice;
  const receivable = receivableAccount(policyId, currency);
  const credit = creditAccount(policyId, currency);
  const common = { type: 'posted', effectiveOn: utcDay(now), refs: { invoiceId: _id, policyId, platformId } } as const;
  if (kind === 'credit_note') {
    return [{ ...common, id: `${_id}:kept`, kind: 'credit_kept', debit: receivable, credit, amount: -total }];
  }
  if (credited === 0) return [];
  const id = `${_id}:credit:${attempt}`;
  return [{ ...common, id, kind: 'credit_applied', debit: credit, credit: receivable, amount: credited }];
}

function stored(invoice: InvoiceDocument) {
  const { total, credited, paid, writtenOff, excess } = invoice;
  return {
    ...invoice,
    total: toLong(total),
    credited: toLong(credited),
    paid: toLong(paid),
    writtenOff: toLong(writtenOff),
    excess: toLong(excess),
  };
}
