import Joi from 'joi';
import { parseInstant } from '../../programs/calendar.ts';
import type { Instant } from '../../programs/calendar.ts';
import { pointerOf } from './json-pointer.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { RefusalDetail } from '../../programs/refusal.ts';

/**
 * How every schema of the API is read: a key is required unless it says `.optional()` (a default needs `.optional()` too),
 * nothing is converted, every fault is told at once.
 */
const PREFERENCES = {
  presence: 'required',
  convert: false,
  abortEarly: false,
  errors: { label: 'key', wrap: { label: false, array: false } },
} as const satisfies Joi.ValidationOptions;

/** Beyond this many faults the rest is left out: a body of 1,000 bad items would make an answer larger than itself. */
const FAULTS_MAX = 50;

export type Part = 'body' | 'query' | 'path';

const PART = {
  body: {
    code: 'invalid_body',
    message: 'The body does not have the form that this operation needs; errors lists each place.',
  },
  query: {
    code: 'invalid_query',
    message: 'The query parameters are not what this operation takes; errors lists each of them.',
  },
  path: { code: 'invalid_path', message: 'The path does not name a thing of ours; errors lists what is wrong.' },
} as const satisfies Record<Part, { code: string; message: string }>;

/**
 * Makes a validator once, to be called per request. It returns the value as the schema gives it, and throws `invalid` with
 * a JSON pointer for each fault. Query strings are text, so numbers and booleans are converted there, and only there.
 */
export function compile<T>(schema: Joi.Schema<T>, part: Part): (value: unknown) => T {
  const compiled = schema.prefs({ ...PREFERENCES, convert: part === 'query' });
  return (value) => {
    const result: Joi.ValidationResult<T> = compiled.validate(value);
    if (result.error === undefined) return result.value;
    const { code, message } = PART[part];
    throw new Refusal('invalid', code, message, { details: faultsOf(result.error) });
  };
}

/** The faults of a Joi error as JSON pointers into what was validated. */
export function faultsOf(error: Joi.ValidationError): RefusalDetail[] {
  return error.details.slice(0, FAULTS_MAX).map((fault) => ({
    pointer: pointerOf(fault.path),
    code: CODES[fault.type] ?? fault.type.replaceAll('.', '_'),
    message: fault.message,
  }));
}

const CODES: Readonly<Record<string, string>> = {
  'any.required': 'required',
  'object.unknown': 'unknown_key',
  'any.only': 'not_one_of',
  'string.pattern.base': 'wrong_form',
};

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** An ISO-8601 instant with an offset (`2026-03-01T08:00:00+08:00`, `...Z`), which comes out as an `Instant`. */
export const instant: Joi.Schema<Instant> = Joi.any()
  .custom((value: unknown, helpers) => {
    const at = typeof value === 'string' ? parseInstant(value) : undefined;
    return at ?? helpers.error('instant');
  })
  .messages({ instant: '{{#label}} must be an ISO-8601 date and time with an offset, like 2026-03-01T08:00:00Z' })
  .example('2026-03-01T08:00:00Z')
  .meta({ jsonSchema: { type: 'string', format: 'date-time' } });

/** A calendar day without a zone, `2026-03-01`, of the years 1900 to 9998 (the day after has four digits too). Stays text. */
export const localDay = Joi.string()
  .custom((value: string, helpers) => (isDay(value) ? value : helpers.error('localDay')))
  .messages({ localDay: '{{#label}} must be a day that exists, like 2026-03-01' })
  .example('2026-03-01')
  .meta({ jsonSchema: { format: 'date' } });

/** A calendar month, `2026-03`. Stays text. */
export const localMonth = Joi.string()
  .pattern(/^(19|[2-9]\d)\d\d-(0[1-9]|1[0-2])$/)
  .messages({ 'string.pattern.base': '{{#label}} must be a month, like 2026-03' })
  .example('2026-03');

/** Money: whole minor units with their currency (M1). */
export const currencyAmount = Joi.object<{ amount: number; currency: string }>({
  amount: Joi.number().integer().description('Whole minor units (cents, fen).'),
  currency: Joi.string()
    .pattern(/^[A-Z]{3}$/)
    .description('ISO 4217.'),
}).example({ amount: 300, currency: 'CNY' });

/** Of money that moves through a provider (`isSandbox`): whoever reads `paid` must be able to tell that nobody was. */
export const sandboxMark = Joi.boolean()
  .description('No real money moves: its provider is the SANDBOX, or in test mode, as this server is set up now.')
  .example(false);

/** `limit` of a list: 1 to 100, 20 when not given. */
export const pageLimit = Joi.number()
  .integer()
  .min(1)
  .max(100)
  .optional()
  .default(20)
  .description('How many to give, 1 to 100.');

/** `cursor` of a list: `nextCursor` of the page before. */
export const cursor = Joi.string()
  .max(1024)
  .pattern(/^[A-Za-z0-9_-]+$/)
  .optional()
  .description('`nextCursor` of the page before.');

/** An id: ours (`wrk_...`), or one that a platform chose. No spaces, slashes or control characters, at most 128. */
export const identifier = Joi.string()
  .max(128)
  .pattern(/^[\p{L}\p{N}][\p{L}\p{N}._:@+=-]*$/u)
  .messages({
    'string.pattern.base':
      '{{#label}} must be letters, digits and . _ : @ + = - (no spaces), beginning with a letter or digit',
  });

function isDay(text: string): boolean {
  const parts = DAY.exec(text);
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1900 && year <= 9998;
}
