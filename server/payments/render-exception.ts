import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import { sandboxMark } from '../http/validate.ts';
import type { Services } from '../services.ts';
import type { PaymentExceptionDocument } from './payment-models.ts';
import { EXCEPTION_KINDS, RESOLUTIONS } from './payment-models.ts';
import { isSandbox } from './provider-of.ts';

export const exceptionKind = Joi.string().valid(...Object.keys(EXCEPTION_KINDS));

export const exceptionSchema = Joi.object({
  id: Joi.string(),
  provider: Joi.string(),
  sandbox: sandboxMark,
  kind: exceptionKind,
  subject: Joi.string().description("What it is about: a fact's id, a movement's key, a day's balance."),
  state: Joi.string().valid('open', 'resolved'),
  openedAt: Joi.string(),
  occurredAt: Joi.string(),
  message: Joi.string(),
  ours: Joi.object().unknown().optional().description('What our books say.'),
  theirs: Joi.object().unknown().optional().description('What the provider says.'),
  resolution: Joi.object({
    how: Joi.string().valid(...RESOLUTIONS, 'mended_itself'),
    note: Joi.string(),
    by: Joi.string(),
    at: Joi.string(),
  }).optional(),
}).meta({ title: 'PaymentException' });

export function renderException(services: Pick<Services, 'payments'>, exception: PaymentExceptionDocument) {
  const { _id, provider, kind, subject, state, openedAt, occurredAt, message, ours, theirs, resolution } = exception;
  return {
    id: _id,
    provider,
    sandbox: isSandbox(services, provider),
    kind,
    subject,
    state,
    openedAt: formatInstant(openedAt.getTime()),
    occurredAt: formatInstant(occurredAt.getTime()),
    message,
    ...(ours === undefined ? {} : { ours }),
    ...(theirs === undefined ? {} : { theirs }),
    ...(resolution === undefined ? {} : { resolution: { ...resolution, at: formatInstant(resolution.at.getTime()) } }),
  };
}
