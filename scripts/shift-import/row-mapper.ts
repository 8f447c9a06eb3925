import type { Instant } from '../../programs/calendar.ts';
import type { IncomingEvent } from '../../server/shifts/shift-intake.ts';
import { externalIdProblem } from '../../server/workers/worker-id.ts';
import { columnReader, missing, textReader, type Cells, type Reader } from './cells.ts';
import type { MappingFile, MomentField, TextField } from './mapping-file.ts';
import { endReader, momentReader } from './moment-reader.ts';
import { RowTrouble, type RowProblem } from './row-problem.ts';

const AGE_MAX = 150;
/** As the API takes them: ids, and words for an occupation or a territory. */
const ID_LENGTH_MAX = 128;
const WORD_LENGTH_MAX = 64;

/** One row as events: a start and, when the mapping says how a row ends, an end. */
export interface MappedRow {
  readonly events: readonly [IncomingEvent, ...IncomingEvent[]];
  readonly workerId: string;
  readonly declaredAge?: number;
}

export type RowOutcome =
  { readonly ok: true; readonly row: MappedRow } | { readonly ok: false; readonly problem: RowProblem };

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
  const required = (field: TextField, lengthMax: number): Reader<string> => {
    const value = text(field);
    return (cells) => atMost(lengthMax, value(cells) ?? missing(field.column), field.column);
  };
  const workerId = workerReader(required(mapping.fields.workerId, ID_LENGTH_MAX), mapping.fields.workerId);
  const shiftId = required(mapping.fields.shiftId, ID_LENGTH_MAX);
  const occupationClass = required(mapping.fields.occupationClass, WORD_LENGTH_MAX);
  const territory = required(mapping.fields.territory, WORD_LENGTH_MAX);
  const orderId =
    mapping.fields.orderId === undefined ? () => undefined : required(mapping.fields.orderId, ID_LENGTH_MAX);
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

function workerReader(read: Reader<string>, { column }: TextField): Reader<string> {
  return (cells) => {
    const workerId = read(cells);
    const problem = externalIdProblem(workerId);
    if (problem !== undefined) throw new RowTrouble('worker_id_unusable', column, problem);
    return workerId;
  };
}

function atMost(lengthMax: number, value: string, column: string | undefined): string {
  if (value.length <= lengthMax) return value;
  throw new RowTrouble('value_too_long', column, `${column ?? 'The constant'} is longer than ${lengthMax} characters.`);
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
