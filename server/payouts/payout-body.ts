import Joi from 'joi';
import type { Instant } from '../../programs/calendar.ts';
import { currencyAmount, identifier, instant } from '../http/validate.ts';

/** What decides a payout, at the API and on the command line. */
export interface CreatePayoutBody {
  businessKey: string;
  payeeId: string;
  amount: { amount: number; currency: string };
  countedAmount?: number;
  fundingAccount: string;
  lines?: { ref: string; amount: number }[];
  claimId?: string;
  incidentAt?: Instant;
  assessors?: string[];
  statementText: string;
  provider?: 'stripe' | 'bank_file';
}

const minorUnits = Joi.number().integer().min(1).max(Number.MAX_SAFE_INTEGER);

export const createPayoutSchema = Joi.object<CreatePayoutBody>({
  businessKey: identifier.description('The fact that is paid, such as `claim:clm_1:decision:2`.'),
  payeeId: identifier,
  amount: currencyAmount,
  countedAmount: minorUnits.optional().description('With advances and linked claims of 30 days, where more is known.'),
  fundingAccount: Joi.string().max(200).example('carrier:car_1:claims_float:CNY'),
  lines: Joi.array()
    .items(Joi.object({ ref: identifier, amount: minorUnits }))
    .min(1)
    .max(100)
    .optional()
    .description('What is paid for; they add up to the amount.'),
  claimId: identifier.optional(),
  incidentAt: instant.optional().description('An account that was set later cools down for 24 hours (M9).'),
  assessors: Joi.array().items(identifier).max(20).optional().description('Persons who may not approve.'),
  statementText: Joi.string().min(1).max(100).description('What the payee reads; no health data.'),
  provider: Joi.string().valid('stripe', 'bank_file').optional(),
});
