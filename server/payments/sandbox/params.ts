import Joi from 'joi';
import type { Metadata } from './rows.ts';
import { invalidFields, invalidParam } from './stripe-trouble.ts';

/** Reads the parameters of a call; throws what Stripe answers when they are wrong, missing or unknown. */
export type ReadParams<T> = (raw: unknown) => T;

/** v1: forms, so text becomes numbers and booleans where the schema wants them. */
export function v1Params<T = object>(keys: Joi.SchemaMap): ReadParams<T> {
  const compiled = Joi.object<T>(keys).prefs({ convert: true, abortEarly: true, errors: { wrap: { label: false } } });
  return (raw) => {
    const result: Joi.ValidationResult<T> = compiled.validate(raw);
    if (result.error !== undefined) throw v1Fault(result.error);
    return result.value;
  };
}

/** v2: JSON (or a query, whose numbers are text), nothing converted. */
export function v2Params<T = object>(keys: Joi.SchemaMap, extra: 'refused' | 'ignored' = 'refused'): ReadParams<T> {
  const compiled = Joi.object<T>(keys)
    .unknown(extra === 'ignored')
    .prefs({ convert: false, abortEarly: true, errors: { wrap: { label: false } } });
  return (raw) => {
    const result: Joi.ValidationResult<T> = compiled.validate(raw);
    if (result.error !== undefined) throw invalidFields(`${result.error.message}.`);
    return result.value;
  };
}

function v1Fault(error: Joi.ValidationError) {
  const fault = error.details[0];
  const [first = '', ...rest] = (fault?.path ?? []).map(String);
  const param = first + rest.map((key) => `[${key}]`).join('');
  switch (fault?.type) {
    case 'any.required':
      return invalidParam('parameter_missing', `Missing required param: ${param}.`, param);
    case 'object.unknown':
      return invalidParam('parameter_unknown', `Received unknown parameter: ${param}`, param);
    case 'number.base':
    case 'number.integer':
    case 'number.unsafe':
      return invalidParam('parameter_invalid_integer', `Invalid integer: ${param}`, param);
    case 'string.empty':
      return invalidParam(
        'parameter_invalid_empty',
        `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; it cannot be unset.`,
        param,
      );
    default:
      return invalidParam('parameter_invalid', `Invalid ${param}: ${fault?.message ?? error.message}`, param);
  }
}

/** v1: removing a key is an empty value. */
export const metadataParam = Joi.object<Metadata>().pattern(Joi.string().max(40), Joi.string().max(500).allow(''));

export const expandParam = Joi.array<string[]>().items(Joi.string());

/** Lower case of three letters, as Stripe wants it (it takes upper case too). */
export const currencyParam = Joi.string().lowercase().length(3);

/** Whole minor units, more than nothing, as much as Stripe takes. */
export const amountParam = Joi.number().integer().min(1).max(99_999_999_999);

export interface RangeParam {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

export const createdParam = Joi.alternatives<number | RangeParam>().try(
  Joi.number().integer(),
  Joi.object({
    gt: Joi.number().integer(),
    gte: Joi.number().integer(),
    lt: Joi.number().integer(),
    lte: Joi.number().integer(),
  }),
);

export interface PageParams {
  readonly limit?: number;
  readonly starting_after?: string;
  readonly ending_before?: string;
  readonly created?: number | RangeParam;
  readonly expand?: readonly string[];
}

/** What every list of v1 takes. */
export const pageKeys = {
  limit: Joi.number().integer().min(1).max(100),
  starting_after: Joi.string(),
  ending_before: Joi.string(),
  created: createdParam,
  expand: expandParam,
};

/** Metadata as it is after an update: given keys are set, empty ones removed. */
export function mergeMetadata(before: Metadata, update: Metadata | undefined): Metadata {
  const merged = { ...before, ...update };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
}
