import Joi from 'joi';
import type { PayeeRelation } from '../../programs/payouts/payout.ts';
import type { PayeeDestination } from '../payments/payment-port.ts';
import { identifier } from '../http/validate.ts';
import type { Holder } from './holder.ts';
import { HOLDER_KINDS } from './payee-model.ts';
import type { PayeeAccount } from './set-payee.ts';

const RELATIONS: readonly PayeeRelation[] = ['self', 'beneficiary', 'guardian', 'provider', 'carrier', 'unrelated'];

/** Letters, digits, spaces and dashes, as they stand on a card or form. */
const accountText = (max: number) =>
  Joi.string()
    .max(max)
    .pattern(/^[A-Za-z0-9][A-Za-z0-9 -]*$/);

export const destinationSchema = Joi.alternatives<PayeeDestination>(
  Joi.object({
    kind: Joi.string().valid('bank_account'),
    holder: Joi.string().min(1).max(100).description('As the bank has it.'),
    country: Joi.string()
      .pattern(/^[A-Z]{2}$/)
      .description('ISO 3166 alpha-2.'),
    bankCode: accountText(34),
    accountNumber: accountText(40),
  }),
  Joi.object({
    kind: Joi.string().valid('wallet'),
    scheme: Joi.string().valid('alipay', 'wechat'),
    handle: Joi.string().min(1).max(100),
  }),
  Joi.object({
    kind: Joi.string().valid('connected_account'),
    accountId: Joi.string()
      .max(100)
      .pattern(/^acct_[A-Za-z0-9]+$/),
  }),
)
  .example({
    kind: 'bank_account',
    holder: 'Li Na',
    country: 'CN',
    bankCode: '102100099996',
    accountNumber: '6222020000000000',
  })
  .example({ kind: 'wallet', scheme: 'alipay', handle: 'lina@example.com' });

/** What every setting of an account says; the command line reads the same from a file. */
export const accountKeys = {
  relation: Joi.string()
    .valid(...RELATIONS)
    .description('How the payee stands to the insured person; `unrelated` always needs two persons.'),
  destination: destinationSchema,
  contact: Joi.string()
    .min(1)
    .max(100)
    .optional()
    .description('Phone or address where the holder is told of the next change; kept encrypted.'),
} as const;

/** Whose payee it is. The id becomes a part of the account that holds what comes back. */
export const holderKeys = {
  holder: Joi.object<Holder>({
    kind: Joi.string().valid(...HOLDER_KINDS),
    id: Joi.string()
      .max(80)
      .pattern(/^[A-Za-z0-9_-]+$/),
  }),
  name: identifier.optional().description('Tells several payees of one holder apart; default `main`.'),
} as const;

export const payeeHolderSchema = Joi.object<{ holder: Holder; name?: string }>(holderKeys);
export const payeeAccountSchema = Joi.object<PayeeAccount>(accountKeys);
