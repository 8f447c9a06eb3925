import type { Instant } from '../../programs/calendar.ts';
import type { IncomingEvent } from '../../server/shifts/shift-intake.ts';
import { compileFormat, type LocalParts } from './local-format.ts';
import { localClock } from './local-instant.ts';
import type { EndField, MappingFile, MomentField, TextField, TimeColumn } from './mapping-file.ts';
import { RowTrouble, type RowProblem } from './row-problem.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const AGE_MAX = 150;
const TEXT_LENGTH_MAX = 128;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** One row as events: a start and, when the mapping says how a row ends, an end. */
export interface MappedRow {
  readonly events: readonly [IncomingEvent, ...IncomingEvent[]];
  readonly workerId: string;
  readonly declaredAge?: number;
}

export type RowOutcome =
  { readonly ok: true; readonly row: MappedRow } | { readonly ok: false; readonly problem: RowProblem };
type Cells = readonly string[];
type Reader<T> = (cells: Cells) => T;

/** What the mapping does not say itself. */
export interface MapperOptions {
  readonly source: string;
  readonly policyId: string;
  /** Ends later than this reject the row (`end_in_future`): a row is stored whole or not at all. */
  readonly latestAt: Instant;
  /** Starts earlier than this reject the row (`event_too_old`); absent on policies with declared back-filling (G16). */
  readonly earliestAt?: Instant;
}

/** Compiles a mapping for a file's header: column names are resolved once, not per row. `header` must name every column of the mapping. */
export function rowMapper(
  mapping: MappingFile,
  header: readonly string[],
  options: MapperOptions,
): (cells: Cells) => RowOutcome {
  const read = columnReader(mapping, header);
  const text = (field: TextField): Reader<string | undefined> => textReader(field, read);
  const required = (field: TextField): Reader<string> => {
    const value = text(field);
    return (cells) => value(cells) ?? missing(field.column);
  };
  const workerId = required(mapping.fields.workerId);
  const shiftId = required(mapping.fields.shiftId);
  const occupationClass = required(mapping.fields.occupationClass);
  const territory = required(mapping.fields.territory);
  const orderId = optionalReader(mapping.fields.orderId, text);
  const age = ageReader(mapping.fields.declaredAge, text);
  const startAt = momentReader(mapping.start, mapping.timeZone, read);
  const endAt = mapping.end === undefined ? undefined : endReader(mapping.end, mapping.timeZone, read);

  const map = (cells: Cells): MappedRow => {
    if (cells.length !== header.length) {
      const reason = `The row has ${cells.length} columns, the header ${header.length}.`;
      throw new RowTrouble('column_count', undefined, reason);
    }
    const declaredAge = age(cells);
    const order = orderId(cells);
    const data = {
      workerId: workerId(cells),
      shiftId: shiftId(cells),
      ...(order === undefined ? {} : { orderId: order }),
      policyId: options.policyId,
      occupationClass: occupationClass(cells),
      territory: territory(cells),
      ...(declaredAge === undefined ? {} : { declaredAge }),
    };
    const start = startAt(cells);
    if (options.earliestAt !== undefined && start < options.earliestAt) throw tooOld(mapping.start);
    const event = (type: IncomingEvent['type'], time: Instant): IncomingEvent => ({
      source: options.source,
      id: `${order ?? data.shiftId}/${type}`,
      type,
      time,
      data,
    });
    const first = event(mapping.events.start, start);
    const known = { workerId: data.workerId, ...(declaredAge === undefined ? {} : { declaredAge }) };
    if (endAt === undefined) return { events: [first], ...known };
    const end = endAt.read(cells, start);
    if (end < start) throw new RowTrouble('end_before_start', endAt.column, 'The end lies before the start.');
    if (end > options.latestAt)
      throw new RowTrouble(
        'end_in_future',
        endAt.column,
        'The end lies in the future: import the row when the shift is over.',
      );
    return { events: [first, event(mapping.events.end, end)], ...known };
  };
  return (cells) => {
    try {
      return { ok: true, row: map(cells) };
    } catch (error) {
      if (error instanceof RowTrouble) return { ok: false, problem: error.problem() };
      throw error;
    }
  };
}

/** Every column that a mapping names. */
export function columnsOf({ fields, start, end }: MappingFile): string[] {
  const texts = Object.values(fields).map((field: TextField | undefined) => field?.column);
  const times = [start.date, start.time, start.at, end?.date, end?.time, end?.at].map((column) => column?.column);
  return [...new Set([...texts, ...times])].filter((column) => column !== undefined);
}

function tooOld({ date, at }: MomentField): RowTrouble {
  const reason = 'The start is older than 35 days; import it under a policy that allows declared back-filling.';
  return new RowTrouble('event_too_old', date?.column ?? at?.column, reason);
}

function missing(column: string | undefined): never {
  throw new RowTrouble('value_missing', column, `${column} is empty.`);
}

/** Reads one cell as the mapping's text rules say; `undefined` for an empty cell and for the null texts. */
function columnReader({ text }: MappingFile, header: readonly string[]) {
  const nulls = new Set([...text.nulls, '']);
  return (column: string): Reader<string | undefined> => {
    const at = header.indexOf(column);
    return (cells) => {
      const raw = cells[at] ?? '';
      const value = text.trim ? raw.trim() : raw;
      if (nulls.has(value)) return undefined;
      if (value.includes('\uFFFD')) throw new RowTrouble('text_encoding', column, `${column} is not UTF-8 text.`);
      if (value.length > TEXT_LENGTH_MAX) {
        throw new RowTrouble('value_too_long', column, `${column} is longer than ${TEXT_LENGTH_MAX} characters.`);
      }
      return value;
    };
  };
}

type ReadColumn = ReturnType<typeof columnReader>;

function textReader(field: TextField, read: ReadColumn): Reader<string | undefined> {
  const { column, constant, values } = field;
  if (column === undefined) return () => constant;
  const cell = read(column);
  if (values === undefined) return cell;
  const words = new Map(Object.entries(values));
  return (cells) => {
    const value = cell(cells);
    if (value === undefined) return undefined;
    return words.get(value) ?? unmapped(column, value);
  };
}

function unmapped(column: string, value: string): never {
  throw new RowTrouble(
    'value_not_mapped',
    column,
    `"${value}" is not among the values that the mapping lists for ${column}.`,
  );
}

function optionalReader(
  field: TextField | undefined,
  text: (field: TextField) => Reader<string | undefined>,
): Reader<string | undefined> {
  if (field === undefined) return () => undefined;
  const value = text(field);
  return field.optional === true ? value : (cells) => value(cells) ?? missing(field.column);
}

function ageReader(
  field: TextField | undefined,
  text: (field: TextField) => Reader<string | undefined>,
): Reader<number | undefined> {
  const value = optionalReader(field, text);
  return (cells) => {
    const age = value(cells);
    if (age === undefined) return undefined;
    if (!/^\d+$/.test(age))
      throw new RowTrouble('number_unreadable', field?.column, `"${age}" is not a whole number of years.`);
    if (Number(age) > AGE_MAX) throw new RowTrouble('number_out_of_range', field?.column, `"${age}" cannot be an age.`);
    return Number(age);
  };
}

function partsReader(
  { column, format }: TimeColumn,
  code: 'date_unreadable' | 'time_unreadable',
  read: ReadColumn,
): Reader<LocalParts> {
  const compiled = compileFormat(format);
  if (typeof compiled === 'string') throw new Error(`An unchecked mapping: ${compiled}`);
  const cell = read(column);
  return (cells) => {
    const value = cell(cells) ?? missing(column);
    return compiled.read(value) ?? unreadable(code, column, value, format);
  };
}

function unreadable(code: 'date_unreadable' | 'time_unreadable', column: string, value: string, format: string): never {
  throw new RowTrouble(
    code,
    column,
    `"${value}" is not a ${code === 'date_unreadable' ? 'date' : 'time'} like ${format}.`,
  );
}

function momentReader({ date, time, at }: MomentField, timeZone: string, read: ReadColumn): Reader<Instant> {
  if (at?.format === 'iso') {
    const cell = read(at.column);
    return (cells) => {
      const value = cell(cells) ?? missing(at.column);
      const instant = ISO.test(value) ? Date.parse(value) : Number.NaN;
      return Number.isNaN(instant)
        ? unreadable('time_unreadable', at.column, value, '2022-03-30T20:30:00+05:30')
        : instant;
    };
  }
  const wall = wallReader({ date, time, at }, read);
  const clock = localClock(timeZone);
  return (cells) => instantOf(wall(cells), clock, timeZone, time?.column ?? at?.column);
}

function wallReader(
  { date, time, at }: { [K in keyof MomentField]: MomentField[K] | undefined },
  read: ReadColumn,
): Reader<number> {
  if (at !== undefined) {
    const parts = partsReader(at, 'date_unreadable', read);
    return (cells) => wallMs(parts(cells));
  }
  if (date === undefined || time === undefined)
    throw new Error('An unchecked mapping: neither "at" nor "date" and "time".');
  const day = partsReader(date, 'date_unreadable', read);
  const hour = partsReader(time, 'time_unreadable', read);
  return (cells) => wallMs({ ...day(cells), ...hour(cells) });
}

function wallMs({ year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 }: LocalParts): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function instantOf(
  wall: number,
  clock: (wallMs: number) => Instant | undefined,
  timeZone: string,
  column: string | undefined,
): Instant {
  const instant = clock(wall);
  if (instant !== undefined) return instant;
  const local = new Date(wall).toISOString().slice(0, 16).replace('T', ' ');
  throw new RowTrouble(
    'local_time_missing',
    column,
    `${local} never happened in ${timeZone}: the clock was set forward over it.`,
  );
}

interface EndReader {
  readonly column: string | undefined;
  read(cells: Cells, start: Instant): Instant;
}

function endReader(end: EndField, timeZone: string, read: ReadColumn): EndReader {
  const { startPlusMinutes, nextDayWhenBeforeStart = false, ...moment } = end;
  if (startPlusMinutes !== undefined)
    return { column: undefined, read: (_, start) => start + startPlusMinutes * MINUTE_MS };
  const column = moment.time?.column ?? moment.at?.column;
  const endAt = momentReader(moment, timeZone, read);
  if (!nextDayWhenBeforeStart || moment.at?.format === 'iso') return { column, read: (cells) => endAt(cells) };
  const wall = wallReader({ date: moment.date, time: moment.time, at: moment.at }, read);
  const clock = localClock(timeZone);
  return {
    column,
    read(cells, start) {
      const local = wall(cells);
      const sameDay = instantOf(local, clock, timeZone, column);
      return sameDay >= start ? sameDay : instantOf(local + DAY_MS, clock, timeZone, column);
    },
  };
}
