import { readFile } from 'node:fs/promises';
import Joi from 'joi';
import { parseDocument } from 'yaml';
import { isTimeZone } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import { compileFormat } from './local-format.ts';

/** Where a text comes from: a column, or the same constant on every row. */
export interface TextField {
  readonly column?: string;
  readonly constant?: string;
  /** A null text is left out instead of rejecting the row. */
  readonly optional?: boolean;
  /** The file's words -> ours; a word that is not listed rejects the row. */
  readonly values?: Readonly<Record<string, string>>;
}

/** A column with a local format (`dd-MM-yyyy`), or `iso` for an instant with its offset. */
export interface TimeColumn {
  readonly column: string;
  readonly format: string;
}

/** When something happened: date and time in two columns, or both in one. */
export interface MomentField {
  readonly date?: TimeColumn;
  readonly time?: TimeColumn;
  readonly at?: TimeColumn;
}

export interface EndField extends MomentField {
  readonly startPlusMinutes?: number;
  /** An end whose time of day lies before the start's is on the day after. */
  readonly nextDayWhenBeforeStart?: boolean;
}

/** A mapping file: how one kind of CSV file becomes shift events. Documented in scripts/README.md. */
export interface MappingFile {
  readonly version: 1;
  /** CloudEvents `source`; without it the only source of the policy's platform. */
  readonly source?: string;
  readonly csv: { readonly delimiter: string };
  readonly text: { readonly trim: boolean; readonly nulls: readonly string[] };
  readonly timeZone: string;
  readonly fields: {
    readonly workerId: TextField;
    readonly shiftId: TextField;
    readonly orderId?: TextField;
    readonly occupationClass: TextField;
    readonly territory: TextField;
    readonly declaredAge?: TextField;
  };
  readonly start: MomentField;
  readonly end?: EndField;
  readonly events: {
    readonly start: 'shift.started' | 'order.accepted';
    readonly end: 'shift.ended' | 'order.completed';
  };
}

const name = Joi.string().max(200);
const format = Joi.string()
  .max(40)
  .custom((value: string, helpers) => {
    const compiled = value === 'iso' ? undefined : compileFormat(value);
    return typeof compiled === 'string' ? helpers.message({ custom: compiled }) : value;
  });
const timeColumn = Joi.object({ column: name, format });
const textField = Joi.object({
  column: name.optional(),
  constant: Joi.string().max(200).optional(),
  optional: Joi.boolean().optional(),
  values: Joi.object().pattern(Joi.string(), Joi.string().max(200)).optional(),
}).xor('column', 'constant');
const momentKeys = { date: timeColumn.optional(), time: timeColumn.optional(), at: timeColumn.optional() };

const schema = Joi.object<MappingFile>({
  version: Joi.number().valid(1),
  source: Joi.string().max(200).optional(),
  csv: Joi.object({ delimiter: Joi.string().length(1).default(',').optional() })
    .default({ delimiter: ',' })
    .optional(),
  text: Joi.object({
    trim: Joi.boolean().default(true).optional(),
    nulls: Joi.array().items(Joi.string().allow('').optional()).default([]).optional(),
  })
    .default({ trim: true, nulls: [] })
    .optional(),
  timeZone: Joi.string().custom((value: string, helpers) =>
    isTimeZone(value) ? value : helpers.message({ custom: `"${value}" is not an IANA time zone like Asia/Kolkata.` }),
  ),
  fields: Joi.object({
    workerId: textField,
    shiftId: textField,
    orderId: textField.optional(),
    occupationClass: textField,
    territory: textField,
    declaredAge: textField.optional(),
  }),
  start: Joi.object(momentKeys).xor('at', 'date').and('date', 'time'),
  end: Joi.object({
    ...momentKeys,
    startPlusMinutes: Joi.number().integer().min(1).max(2880).optional(),
    nextDayWhenBeforeStart: Joi.boolean().optional(),
  })
    .xor('at', 'date', 'startPlusMinutes')
    .and('date', 'time')
    .optional(),
  events: Joi.object({
    start: Joi.string().valid('shift.started', 'order.accepted').default('shift.started').optional(),
    end: Joi.string().valid('shift.ended', 'order.completed').default('shift.ended').optional(),
  })
    .default({ start: 'shift.started', end: 'shift.ended' })
    .optional(),
}).prefs({ presence: 'required', convert: false, abortEarly: false });

/** Reads a mapping file, YAML or JSON. Throws `Refusal` (`mapping_unreadable`, `mapping_invalid`) naming every bad place. */
export async function readMappingFile(path: string): Promise<MappingFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal('invalid', 'mapping_unreadable', `The mapping file ${path} cannot be read: ${why}.`);
  }
  return parseMapping(text, path);
}

/** `readMappingFile` for a text; `path` is only named in errors. */
export function parseMapping(text: string, path: string): MappingFile {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken !== undefined) {
    const [firstLine = broken.message] = broken.message.split('\n');
    throw new Refusal(
      'invalid',
      'mapping_unreadable',
      `The mapping file ${path} is neither YAML nor JSON: ${firstLine}`,
    );
  }
  const parsed: unknown = document.toJS();
  const checked = schema.validate(parsed);
  if (checked.error !== undefined) {
    const details = checked.error.details.map(({ path: at, message }) => ({ pointer: `/${at.join('/')}`, message }));
    const list = details.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
    throw new Refusal('invalid', 'mapping_invalid', `The mapping file ${path} is not usable. ${list}`, { details });
  }
  assertFormats(checked.value, path);
  return checked.value;
}

function assertFormats(mapping: MappingFile, path: string): void {
  const refuse = (pointer: string, message: string): never => {
    const sentence = `The mapping file ${path} is not usable. ${pointer}: ${message}`;
    throw new Refusal('invalid', 'mapping_invalid', sentence, { details: [{ pointer, message }] });
  };
  if (Object.values(mapping.events).some((type) => type.startsWith('order.')) && mapping.fields.orderId === undefined) {
    refuse('/fields/orderId', 'Events of orders need an order id.');
  }
  const check = (pointer: string, column: TimeColumn | undefined, wanted: readonly string[]): void => {
    if (column === undefined) return;
    const compiled = column.format === 'iso' ? undefined : compileFormat(column.format);
    const named = compiled === undefined || typeof compiled === 'string' ? wanted : [...compiled.names];
    const lacks = wanted.filter((part) => !named.includes(part));
    const iso = column.format === 'iso' && !pointer.endsWith('/at');
    if (lacks.length === 0 && !iso) return;
    const message = iso
      ? 'The format iso is for "at": one column with date, time and offset.'
      : `The format "${column.format}" lacks the ${lacks.join(', ')}.`;
    refuse(`${pointer}/format`, message);
  };
  for (const key of ['start', 'end'] as const) {
    const moment = mapping[key];
    check(`/${key}/date`, moment?.date, ['year', 'month', 'day']);
    check(`/${key}/time`, moment?.time, ['hour', 'minute']);
    check(`/${key}/at`, moment?.at, ['year', 'month', 'day', 'hour', 'minute']);
  }
}
