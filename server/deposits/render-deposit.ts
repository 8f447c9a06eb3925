import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import { currencyAmount, sandboxMark } from '../http/validate.ts';
import { isSandbox } from '../payments/provider-of.ts';
import type { Services } from '../services.ts';
import { TOP_UPS_BY, type TopUpDocument } from './deposit-models.ts';
import type { DepositState } from './read-deposits.ts';

export const depositSchema = Joi.object({
  platformId: Joi.string(),
  currency: Joi.string(),
  level: Joi.string()
    .valid('ok', 'low', 'empty')
    .description('`empty`: a new day was not covered. Both `low` and `empty` end when something is paid in.'),
  available: currencyAmount.description('What new covers may still draw, beside what is reserved.'),
  reserved: currencyAmount.description('Taken for covers that are being sold; what they do not need comes back.'),
  lowBelow: currencyAmount.description('`deposit.low` is told below so much.'),
  sandbox: sandboxMark.description(
    'Its pages of payment are the SANDBOX, or in test mode: what came by bank is real all the same.',
  ),
}).meta({ title: 'Deposit' });

export const topUpSchema = Joi.object({
  id: Joi.string(),
  reference: Joi.string(),
  state: Joi.string()
    .valid('asked', 'open', 'paid', 'refused')
    .description('`asked`: the provider has not answered yet; `open`: can be paid.'),
  amount: currencyAmount,
  payUrl: Joi.string().optional().description('The page on which it is paid.'),
  sandbox: sandboxMark.description('Its page is the SANDBOX, or in test mode: what came by bank is real all the same.'),
  createdAt: Joi.string(),
  paidAt: Joi.string().optional(),
  url: Joi.string(),
}).meta({ title: 'TopUp' });

export function renderDeposit(services: Pick<Services, 'payments'>, { deposit, available, reserved }: DepositState) {
  const { platformId, currency, level, lowBelow } = deposit;
  const money = (amount: number) => ({ amount, currency });
  return {
    platformId,
    currency,
    level,
    available: money(available),
    reserved: money(reserved),
    lowBelow: money(lowBelow),
    sandbox: isSandbox(services, TOP_UPS_BY),
  };
}

export function renderTopUp(services: Pick<Services, 'payments'>, topUp: TopUpDocument) {
  const { _id, reference, state, amount, currency, payUrl, createdAt, paidAt } = topUp;
  return {
    id: _id,
    reference,
    state,
    amount: { amount, currency },
    ...(payUrl !== undefined && state === 'open' && { payUrl }),
    sandbox: isSandbox(services, TOP_UPS_BY),
    createdAt: formatInstant(createdAt.getTime()),
    ...(paidAt !== undefined && { paidAt: formatInstant(paidAt.getTime()) }),
    url: `/v1/deposits/top-ups/${_id}`,
  };
}
