import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import { HOLDER_KINDS, type PayeeDocument } from './payee-model.ts';
import type { ReadPayee } from './read-payees.ts';

const text = Joi.string();
const orNull = Joi.string().allow(null);
const whole = Joi.number().integer();
const account = Joi.object({
  kind: text,
  masked: text.description('Never more than the last four characters.'),
  at: orNull.description("The bank's code or the wallet's scheme."),
});

export const payeeSchema = Joi.object({
  id: text,
  holder: Joi.object({ kind: Joi.string().valid(...HOLDER_KINDS), id: text }),
  name: text,
  relation: text,
  version: whole,
  account,
  setAt: text,
  editor: text,
  verifiedAt: orNull,
  verifiedBy: orNull,
  method: orNull,
  erasedAt: orNull,
  url: text,
}).meta({ title: 'Payee' });

export const payeeWithHistorySchema = payeeSchema
  .keys({
    versions: Joi.array().items(
      Joi.object({
        version: whole,
        relation: text,
        account,
        setAt: text,
        editor: text,
        verifiedAt: orNull,
        verifiedBy: orNull,
        method: orNull,
      }),
    ),
    sameAccount: Joi.array()
      .items(Joi.object({ payeeId: text, holderId: text }))
      .description('Other payees with the same account: often a mistake, sometimes a fraud.'),
  })
  .meta({ title: 'PayeeWithHistory' });

const at = (date: Date | null): string | null => (date === null ? null : formatInstant(date.getTime()));

export function renderPayee(payee: PayeeDocument) {
  const { _id, holderKind, holderId, name, relation, version, account: shown, editor, verifiedBy, method } = payee;
  return {
    id: _id,
    holder: { kind: holderKind, id: holderId },
    name,
    relation,
    version,
    account: { kind: shown.kind, masked: shown.masked, at: shown.at },
    setAt: formatInstant(payee.setAt.getTime()),
    editor,
    verifiedAt: at(payee.verifiedAt),
    verifiedBy,
    method,
    erasedAt: at(payee.erasedAt),
    url: `/v1/payees/${_id}`,
  };
}

export function renderPayeeWithHistory({ payee, versions, sameAccount }: ReadPayee) {
  return {
    ...renderPayee(payee),
    versions: versions.map(({ version, relation, account: shown, setAt, editor, verifiedAt, verifiedBy, method }) => ({
      version,
      relation,
      account: { kind: shown.kind, masked: shown.masked, at: shown.at },
      setAt: formatInstant(setAt.getTime()),
      editor,
      verifiedAt: at(verifiedAt),
      verifiedBy,
      method,
    })),
    sameAccount,
  };
}
