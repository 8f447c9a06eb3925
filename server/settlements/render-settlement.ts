import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import { currencyAmount } from '../http/validate.ts';
import type { SettlementDocument } from './settlement-model.ts';

export const settlementSchema = Joi.object({
  id: Joi.string(),
  carrierId: Joi.string(),
  month: Joi.string().description('`YYYY-MM`, closed in the books.'),
  currency: Joi.string(),
  state: Joi.string()
    .valid('issued', 'payout_created', 'nothing_to_pay')
    .description('`issued`: its payout is still to be made; what became of the payout stands on the payout.'),
  bordereauId: Joi.string(),
  bordereauUrl: Joi.string(),
  createdAt: Joi.string(),
  createdBy: Joi.string(),
  statementCount: Joi.number().integer(),
  lineCount: Joi.number().integer(),
  counted: Joi.object({
    covers: currencyAmount.description("What the covers' folds charge, less what other months' statements charged."),
    lines: currencyAmount,
    statements: currencyAmount,
    bordereau: currencyAmount,
    ledger: currencyAmount.description("Booked: the carrier's share, commission and levies."),
  }).description('The premium, counted in five ways when it was settled; all are equal.'),
  premium: currencyAmount,
  payable: currencyAmount.description("The carrier's share of the premium."),
  commission: currencyAmount,
  levies: Joi.array().items(Joi.object({ authority: Joi.string(), amount: currencyAmount })),
  carriedIn: currencyAmount.description('Left over by the month before; zero or negative.'),
  netted: currencyAmount.description("Moved to the carrier's claims float."),
  toPay: currencyAmount.description('Paid out to the carrier.'),
  carriedOut: currencyAmount.description('Left for the next month; zero or negative.'),
  payoutId: Joi.string().optional(),
  url: Joi.string(),
}).meta({ title: 'Settlement' });

export function renderSettlement(settlement: SettlementDocument) {
  const { _id, carrierId, month, currency, state, bordereauId, createdAt, createdBy, payoutId } = settlement;
  const { statementCount, lineCount, figures, levies } = settlement;
  const amount = (minor: number) => ({ amount: minor, currency });
  return {
    id: _id,
    ...{ carrierId, month, currency, state, bordereauId, bordereauUrl: `/v1/bordereaux/${bordereauId}` },
    createdAt: formatInstant(createdAt.getTime()),
    ...{ createdBy, statementCount, lineCount },
    counted: {
      covers: amount(figures.covers),
      lines: amount(figures.lines),
      statements: amount(figures.statements),
      bordereau: amount(figures.bordereau),
      ledger: amount(figures.ledger),
    },
    premium: amount(settlement.premium),
    payable: amount(settlement.payable),
    commission: amount(settlement.commission),
    levies: levies.map((levy) => ({ authority: levy.authority, amount: amount(levy.amount) })),
    carriedIn: amount(settlement.carriedIn),
    netted: amount(settlement.netted),
    toPay: amount(settlement.toPay),
    carriedOut: amount(settlement.carriedOut),
    ...(payoutId !== undefined && { payoutId }),
    url: `/v1/settlements/${_id}`,
  };
}
