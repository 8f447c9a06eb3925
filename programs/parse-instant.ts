import type { Instant } from './calendar.ts';
import { daysInMonth, daysSinceEpoch } from './gregorian.ts';

/** 9999-12-31T23:59:59.999Z: beyond it ISO texts need more than four digits for the year. */
const latest = 253_402_300_799_999;

/**
 * Reads an RFC 3339 date-time; `undefined` for anything else. The offset is required, the calendar date must exist, and
 * 24:00 and leap seconds are refused. Digits beyond milliseconds are cut off. Reads characters, because it runs for
 * every event and neither `Date` (too lenient) nor a regular expression (too slow) will do.
 */
export function parseInstant(text: string): Instant | undefined {
  const length = text.length;
  if (length < 20 || length > 40) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return undefined;
  if (text[10] !== 'T' && text[10] !== 't') return undefined;
  if (!(year >= 1 && hour <= 23 && minute <= 59 && second <= 59 && day >= 1 && day <= daysInMonth(year, month)))
    return undefined;
  let place = 19;
  let milliseconds = 0;
  if (text[place] === '.') {
    const fractionAt = place + 1;
    place = fractionAt;
    for (let scale = 100; isDigit(text, place); place += 1) {
      milliseconds += Math.floor(scale) * (text.charCodeAt(place) - 48);
      scale /= 10;
    }
    if (place === fractionAt) return undefined;
  }
  const offset = offsetMinutes(text, place);
  if (Number.isNaN(offset)) return undefined;
  const seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
  const at = seconds * 1000 + milliseconds;
  return at <= latest ? at : undefined;
}

/** Minutes east of UTC of the offset that fills the text from `place` to its end; NaN when it is none. */
function offsetMinutes(text: string, place: number): number {
  const sign = text[place];
  if (sign === 'Z' || sign === 'z') return text.length === place + 1 ? 0 : NaN;
  if ((sign !== '+' && sign !== '-') || text.length !== place + 6 || text[place + 3] !== ':') return NaN;
  const hours = digits(text, place + 1, 2);
  const minutes = digits(text, place + 4, 2);
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** NaN when one of them is no digit, which every comparison then refuses. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let place = from; place < from + count; place += 1) {
    if (!isDigit(text, place)) return NaN;
    value = value * 10 + text.charCodeAt(place) - 48;
  }
  return value;
}

function isDigit(text: string, place: number): boolean {
  const code = text.charCodeAt(place);
  return code >= 48 && code <= 57;
}
