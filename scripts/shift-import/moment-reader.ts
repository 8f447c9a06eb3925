import { parseInstant, type Instant } from '../../programs/calendar.ts';
import { missing, type Cells, type ReadColumn, type Reader } from './cells.ts';
import { compileFormat, type LocalParts } from './local-format.ts';
import { localClock } from './local-instant.ts';
import type { EndField, MomentField, TimeColumn } from './mapping-file.ts';
import { RowTrouble } from './row-problem.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

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

/** Reads when something happened, in the mapping's time zone. */
export function momentReader({ date, time, at }: MomentField, timeZone: string, read: ReadColumn): Reader<Instant> {
  if (at?.format === 'iso') {
    const cell = read(at.column);
    return (cells) => {
      const value = cell(cells) ?? missing(at.column);
      const instant = parseInstant(value);
      return instant === undefined
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

export interface EndReader {
  readonly column: string | undefined;
  read(cells: Cells, start: Instant): Instant;
}

export function endReader(end: EndField, timeZone: string, read: ReadColumn): EndReader {
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
