import { productDayAt } from '../../../programs/calendar.ts';
import type { DirectTransfer } from '../../../programs/ledger/transfer.ts';
import { accountId } from '../../../programs/ledger/chart.ts';
import { money } from '../../../programs/money.ts';
import { Refusal } from '../../../programs/refusal.ts';
import { actorName, type ActorOf } from '../../actor.ts';
import type { Services } from '../../services.ts';
import type { PaymentFact } from '../payment-fact.ts';
import { providerOf } from '../provider-of.ts';
import { recordFacts } from '../record-facts.ts';
import { unidentifiedAccount } from './bank-file-provider.ts';

/** What a person found out that money was for. */
export type LinePurpose =
  | { readonly kind: 'invoice'; readonly invoiceId: string }
  | { readonly kind: 'top_up'; readonly topUpId: string; readonly platformId: string }
  | { readonly kind: 'float'; readonly carrierId: string };

export interface IdentifyLine {
  readonly actor: ActorOf<'operator'>;
  readonly currency: string;
  readonly bankRef: string;
  readonly purpose: LinePurpose;
}

/**
 * Says what money was for that arrived without a name: out of the account of the unidentified, and to its purpose. A line is
 * identified once; the same again changes nothing. Throws `not_found` / `bank_line_not_found`, `invoice_not_found`,
 * `top_up_not_found`, `carrier_not_found`, `conflict` / `bank_line_identified` (to something else, or it never was
 * unidentified), `bank_line_not_booked`.
 */
export async function identifyLine(services: Services, command: IdentifyLine): Promise<void> {
  const { actor, currency, bankRef, purpose } = command;
  const now = services.clock.now();
  const line = await services.models.bankLines.findById(`${currency}:${bankRef}`).lean();
  if (line === null) {
    throw new Refusal(
      'not_found',
      'bank_line_not_found',
      `No statement in ${currency} told of the movement ${bankRef}.`,
    );
  }
  // A transfer that is refused for lack of funds stays refused (M2): the money must be in the books first.
  const booked = await services.models.paymentFacts.exists({ _id: `bank_file:${line._id}`, state: 'applied' });
  if (line.match === 'unidentified' && booked === null) {
    throw new Refusal(
      'conflict',
      'bank_line_not_booked',
      `The movement ${bankRef} is not in the books yet: try again.`,
    );
  }
  const credit =
    purpose.kind === 'float'
      ? accountId('carrier:*:claims_float', currency, purpose.carrierId)
      : providerOf(services, 'bank_file').clearingAccount(currency);
  const id = `bank-identified:${line._id}`;
  const stored = await services.models.transfers.findById(id).lean();
  // A slip of the pen must not take the money: out of the unidentified it never comes back.
  if (stored === null) await mustExist(services, purpose, currency);
  const transfer: DirectTransfer = {
    id,
    kind: 'bank_identified',
    type: 'posted',
    debit: unidentifiedAccount(currency),
    credit,
    amount: Math.abs(line.amount),
    // A repetition on another day is still the same booking.
    effectiveOn: stored?.effectiveOn ?? productDayAt(now, { timeZone: 'UTC', boundary: '00:00' }),
    refs: { bankRef, purpose: purposeText(purpose), by: stored?.refs?.['by'] ?? actorName(actor) },
  };
  const identified = (): Refusal =>
    new Refusal('conflict', 'bank_line_identified', `The movement ${bankRef} has its purpose already.`);
  if (line.match !== 'unidentified') throw identified();
  const result = await services.ledger.commit({ id, transfers: [transfer] });
  if (result.status === 'refused') {
    if (result.code === 'transfer_id_reused' || result.code === 'transfer_id_refused') throw identified();
    throw new Error(`The ledger refused ${id}: ${result.code}, ${result.message}`);
  }
  if (purpose.kind === 'float') return;
  const common = {
    provider: 'bank_file',
    factId: `bank_file:${line._id}:identified`,
    occurredAt: line.importedAt.getTime(),
    providerRef: bankRef,
    amount: money(line.amount, currency),
  } as const;
  const fact: PaymentFact =
    purpose.kind === 'invoice'
      ? { ...common, kind: 'invoice_paid', invoiceId: purpose.invoiceId }
      : { ...common, kind: 'top_up_paid', topUpId: purpose.topUpId, platformId: purpose.platformId };
  await recordFacts(services, [fact], { source: 'bank_statement', now });
}

async function mustExist({ models }: Services, purpose: LinePurpose, currency: string): Promise<void> {
  const nothing = (code: 'invoice_not_found' | 'top_up_not_found' | 'carrier_not_found', what: string): Refusal =>
    new Refusal('not_found', code, `There is no ${what}: look at its id and its currency.`);
  switch (purpose.kind) {
    case 'invoice': {
      const found = await models.invoices.exists({ _id: purpose.invoiceId, currency });
      if (found === null) throw nothing('invoice_not_found', `invoice ${purpose.invoiceId} in ${currency}`);
      return;
    }
    case 'top_up': {
      const { topUpId, platformId } = purpose;
      const found = await models.topUps.exists({ _id: topUpId, platformId });
      if (found === null) throw nothing('top_up_not_found', `top-up ${topUpId} of ${platformId}`);
      return;
    }
    case 'float': {
      const found = await models.carriers.exists({ _id: purpose.carrierId });
      if (found === null) throw nothing('carrier_not_found', `carrier ${purpose.carrierId}`);
    }
  }
}

function purposeText(purpose: LinePurpose): string {
  switch (purpose.kind) {
    case 'invoice':
      return purpose.invoiceId;
    case 'top_up':
      return purpose.topUpId;
    case 'float':
      return purpose.carrierId;
  }
}
