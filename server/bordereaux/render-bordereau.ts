import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import { currencyAmount } from '../http/validate.ts';
import type { BordereauLineDocument } from './bordereau-model.ts';
import type { BordereauHead, BordereauTotals } from './read-bordereau.ts';

/** What claims under a cover come to (C11). No claim can be filed yet, so that all of it is zero. */
const NO_CLAIMS = { paid: 0, outstanding: 0, recovered: 0 } as const;

const claimsSchema = Joi.object({
  paid: currencyAmount,
  outstanding: currencyAmount.description("The handlers' estimate of what is still to be paid."),
  recovered: currencyAmount,
}).description('Zero until claims can be filed.');

const levySchema = Joi.object({ authority: Joi.string(), amount: currencyAmount });

const head = {
  id: Joi.string(),
  carrierId: Joi.string(),
  month: Joi.string().description('`YYYY-MM`, as the ledger counts.'),
  currency: Joi.string(),
  state: Joi.string()
    .valid('open', 'closed', 'settled')
    .description(
      '`open`: statements still join it; `closed`: its month is closed in the books; `settled`: with the carrier, too.',
    ),
  settlementId: Joi.string().optional(),
  openedAt: Joi.string(),
  url: Joi.string(),
  csvUrl: Joi.string(),
};

export const bordereauHeadSchema = Joi.object(head).meta({ title: 'BordereauHead' });

export const bordereauSchema = Joi.object({
  ...head,
  statementCount: Joi.number().integer(),
  lineCount: Joi.number().integer(),
  premium: currencyAmount.description('Gross; negative where credits prevail.'),
  payable: currencyAmount.description("The carrier's share."),
  commission: currencyAmount,
  levies: Joi.array().items(levySchema),
  claims: claimsSchema,
}).meta({ title: 'Bordereau' });

export const bordereauLineSchema = Joi.object({
  id: Joi.string(),
  policyId: Joi.string(),
  product: Joi.string(),
  productDay: Joi.string(),
  coverId: Joi.string(),
  workerId: Joi.string().description('Who is insured, without a name.'),
  kind: Joi.string().valid('charge', 'debit', 'credit'),
  revision: Joi.number().integer(),
  quantity: Joi.number().integer().description('Days, minutes or orders, as the product charges.'),
  premium: currencyAmount,
  claims: claimsSchema,
  statementId: Joi.string(),
}).meta({ title: 'BordereauLine' });

const claimsIn = (currency: string) => ({
  paid: { amount: NO_CLAIMS.paid, currency },
  outstanding: { amount: NO_CLAIMS.outstanding, currency },
  recovered: { amount: NO_CLAIMS.recovered, currency },
});

export function renderBordereauHead(bordereau: BordereauHead) {
  const { _id, carrierId, month, currency, state, settlementId, openedAt } = bordereau;
  return {
    id: _id,
    ...{ carrierId, month, currency, state },
    ...(settlementId !== undefined && { settlementId }),
    openedAt: formatInstant(openedAt.getTime()),
    url: `/v1/bordereaux/${_id}`,
    csvUrl: `/v1/bordereaux/${_id}.csv`,
  };
}

export function renderBordereau(bordereau: BordereauTotals) {
  const { currency, statementCount, lineCount, premium, payable, commission, levies } = bordereau;
  const amount = (minor: number) => ({ amount: minor, currency });
  return {
    ...renderBordereauHead(bordereau),
    ...{ statementCount, lineCount },
    premium: amount(premium),
    payable: amount(payable),
    commission: amount(commission),
    levies: levies.map((levy) => ({ authority: levy.authority, amount: amount(levy.amount) })),
    claims: claimsIn(currency),
  };
}

export function renderBordereauLine(line: BordereauLineDocument) {
  const { _id, policyId, product, productDay, coverId, workerId, kind, revision, quantity, amount, currency } = line;
  return {
    id: _id,
    ...{ policyId, product, productDay, coverId, workerId, kind, revision, quantity },
    premium: { amount, currency },
    claims: claimsIn(currency),
    statementId: line.statementId,
  };
}

/** The columns of the CSV, amounts in minor units. */
export const BORDEREAU_COLUMNS = [
  'bordereau_id',
  'carrier_id',
  'month',
  'policy_id',
  'product',
  'product_day',
  'cover_id',
  'worker_id',
  'line_id',
  'kind',
  'revision',
  'quantity',
  'premium_minor',
  'claims_paid_minor',
  'claims_outstanding_minor',
  'claims_recovered_minor',
  'currency',
  'statement_id',
] as const;

export function bordereauRow(
  { _id, carrierId, month }: Pick<BordereauTotals, '_id' | 'carrierId' | 'month'>,
  line: BordereauLineDocument,
): readonly (string | number)[] {
  const { policyId, product, productDay, coverId, workerId, kind, revision, quantity, amount, currency } = line;
  return [
    ...[_id, carrierId, month, policyId, product, productDay, coverId, workerId, line._id, kind],
    ...[revision, quantity, amount, NO_CLAIMS.paid, NO_CLAIMS.outstanding, NO_CLAIMS.recovered],
    ...[currency, line.statementId],
  ];
}
