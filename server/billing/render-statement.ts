import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import { currencyAmount } from '../http/validate.ts';
import type { StatementLine } from './read-statement.ts';
import type { StatementDocument } from './statement-model.ts';

export const statementSchema = Joi.object({
  id: Joi.string(),
  closeKey: Joi.string().description('`close:<policy>:<product day>:<n>`; n rises with each correction.'),
  policyId: Joi.string(),
  productDay: Joi.string(),
  issuedAt: Joi.string(),
  cutOffAt: Joi.string().description('What was received later is on a later statement.'),
  lineCount: Joi.number().integer().description('Declared; equal to the number of lines.'),
  coverCount: Joi.number().integer(),
  total: currencyAmount.description('Declared; equal to the sum of the lines; negative where credits prevail.'),
  url: Joi.string(),
  csvUrl: Joi.string(),
}).meta({ title: 'Statement' });

export const statementLineSchema = Joi.object({
  id: Joi.string(),
  kind: Joi.string()
    .valid('charge', 'debit', 'credit')
    .description("`charge` is a cover's first line; `debit` and `credit` correct it."),
  revision: Joi.number().integer(),
  workerId: Joi.string(),
  externalId: Joi.string().optional(),
  quantity: Joi.number().integer().description('Days, minutes or orders, as the product charges.'),
  amount: currencyAmount,
  reasons: Joi.array().items(Joi.string()),
  coverId: Joi.string(),
  coverUrl: Joi.string(),
  events: Joi.array()
    .items(Joi.object({ id: Joi.string(), url: Joi.string() }))
    .description('What the charge came from.'),
}).meta({ title: 'StatementLine' });

export function renderStatement(statement: StatementDocument) {
  const { _id, closeKey, policyId, productDay, issuedAt, cutOffAt, lineCount, coverCount, total } = statement;
  return {
    id: _id,
    closeKey,
    policyId,
    productDay,
    issuedAt: formatInstant(issuedAt.getTime()),
    cutOffAt: formatInstant(cutOffAt.getTime()),
    lineCount,
    coverCount,
    total,
    url: `/v1/statements/${_id}`,
    csvUrl: `/v1/statements/${_id}.csv`,
  };
}

export function renderStatementLine(line: StatementLine) {
  const { _id, kind, revision, workerId, externalId, quantity, amount, currency, reasons, coverId, eventIds } = line;
  return {
    id: _id,
    kind,
    revision,
    workerId,
    ...(externalId !== undefined && { externalId }),
    quantity,
    amount: { amount, currency },
    reasons,
    coverId,
    coverUrl: `/v1/covers/${encodeURIComponent(coverId)}`,
    events: eventIds.map((id) => ({ id, url: `/v1/shift-events/${encodeURIComponent(id)}` })),
  };
}
