import Joi from 'joi';
import { formatInstant } from '../../../programs/calendar.ts';
import { accountTerms, currencyOf } from '../../../programs/ledger/chart.ts';
import type { AccountTotals } from '../../../programs/ledger/check-books.ts';
import { nextCursor } from '../../http/paginate.ts';
import type { AccountDocument, TransferDocument } from '../ledger-models.ts';
import type { TrialBalance } from './trial-balance.ts';

const minorUnits = Joi.number().integer();
const totals = {
  debitsPosted: minorUnits,
  creditsPosted: minorUnits,
  debitsPending: minorUnits.description('Reserved, not posted.'),
  creditsPending: minorUnits,
};

export const accountSchema = Joi.object({
  id: Joi.string().example('policy:pol_1:receivable:CNY'),
  name: Joi.string().description('What the chart of accounts calls it.'),
  currency: Joi.string().description('ISO 4217; amounts are whole minor units of it.'),
  normal: Joi.string().valid('debit', 'credit').description('The side on which a positive balance stands.'),
  limit: Joi.string()
    .valid('debits_within_credits', 'credits_within_debits', 'none')
    .description('What the account may never become, pending amounts counted.'),
  balance: minorUnits.description('Posted, on the normal side.'),
  ...totals,
  transferCount: minorUnits,
  transfersUrl: Joi.string(),
}).meta({ title: 'LedgerAccount' });

export const transferSchema = Joi.object({
  id: Joi.string(),
  unitId: Joi.string().description('Transfers of a unit were committed together.'),
  kind: Joi.string(),
  type: Joi.string().valid('posted', 'pending', 'post', 'void', 'expire'),
  debit: Joi.string(),
  credit: Joi.string(),
  amount: minorUnits.description('Of `void` and `expire`: what was released.'),
  currency: Joi.string(),
  resolves: Joi.string().optional().description('The pending transfer that this one ends.'),
  reserved: minorUnits.optional().description('Of `post`: what was reserved; the rest was released.'),
  expiresAt: Joi.string().optional(),
  bookedAt: Joi.string(),
  effectiveOn: Joi.string().description('The local day to which it counts.'),
  refs: Joi.object().pattern(Joi.string(), Joi.string()).description('Ids of what it was booked for.'),
}).meta({ title: 'LedgerTransfer' });

const trialLine = Joi.object({
  account: Joi.string(),
  name: Joi.string(),
  currency: Joi.string(),
  balance: minorUnits.description('Posted debits less posted credits.'),
  ...totals,
}).meta({ title: 'TrialBalanceLine' });

export const trialBalanceSchema = Joi.object({
  asOf: Joi.string(),
  provisional: Joi.boolean().description('So young that a commit under way may still be booked before `asOf`.'),
  totals: Joi.array()
    .items(Joi.object({ currency: Joi.string(), ...totals }))
    .description('Over all lines of all pages, by currency; debits equal credits unless `prefix` is given.'),
  data: Joi.array().items(trialLine),
  nextCursor,
}).meta({ title: 'TrialBalance' });

export function renderAccount(account: AccountDocument) {
  const { _id: id, currency, seq } = account;
  const terms = accountTerms(id);
  const normal = terms?.normal ?? 'debit';
  return {
    id,
    name: nameOf(id),
    currency,
    normal,
    limit: terms?.limit ?? 'none',
    balance: (normal === 'debit' ? 1 : -1) * (account.debitsPosted - account.creditsPosted) || 0,
    ...renderTotals(account),
    transferCount: seq,
    transfersUrl: `/v1/ledger/transfers?account=${encodeURIComponent(id)}`,
  };
}

export function renderTransfer(transfer: TransferDocument) {
  const { _id, unitId, kind, type, debit, credit, amount, currency } = transfer;
  const { resolves, reserved, expiresAt, bookedAt, effectiveOn, refs = {} } = transfer;
  return {
    id: _id,
    unitId,
    kind,
    type,
    debit,
    credit,
    amount,
    currency,
    ...(resolves !== undefined && { resolves }),
    ...(reserved !== undefined && { reserved }),
    ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt.getTime()) }),
    bookedAt: formatInstant(bookedAt.getTime()),
    effectiveOn,
    refs,
  };
}

export function renderTrialLine(line: TrialBalance['lines'][number]) {
  return {
    account: line.account,
    name: nameOf(line.account),
    currency: currencyOf(line.account),
    balance: line.debitsPosted - line.creditsPosted,
    ...renderTotals(line),
  };
}

export const nameOf = (account: string): string => accountTerms(account)?.name ?? 'Not in the chart of accounts';

function renderTotals({ debitsPosted, creditsPosted, debitsPending, creditsPending }: AccountTotals): AccountTotals {
  return { debitsPosted, creditsPosted, debitsPending, creditsPending };
}
