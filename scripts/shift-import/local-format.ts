/** The parts of a local date or time that a format reads; what it does not name is absent. */
export interface LocalParts {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
}

type PartName = keyof LocalParts;

const TOKENS: ReadonlyMap<string, readonly [PartName, string]> = new Map([
  ['yyyy', ['year', '\\d{4}']],
  ['MM', ['month', '\\d{2}']],
  ['M', ['month', '\\d{1,2}']],
  ['dd', ['day', '\\d{2}']],
  ['d', ['day', '\\d{1,2}']],
  ['HH', ['hour', '\\d{2}']],
  ['H', ['hour', '\\d{1,2}']],
  ['mm', ['minute', '\\d{2}']],
  ['ss', ['second', '\\d{2}']],
]);

const TOKEN = /yyyy|MM|M|dd|d|HH|H|mm|ss/g;

/** A format like `dd-MM-yyyy` or `HH:mm:ss`, compiled once. */
export interface LocalFormat {
  readonly pattern: string;
  readonly names: ReadonlySet<PartName>;
  /** `undefined` when the text does not fit, or names a day or time that does not exist. */
  read(text: string): LocalParts | undefined;
}

/**
 * Compiles a format: `yyyy MM M dd d HH H mm ss` stand for numbers, every other character for itself.
 * Returns a sentence instead when a part is named twice or a letter is not a token.
 */
export function compileFormat(pattern: string): LocalFormat | string {
  const names: PartName[] = [];
  let expression = '';
  let from = 0;
  for (const match of pattern.matchAll(TOKEN)) {
    const token = TOKENS.get(match[0]);
    if (token === undefined) continue;
    const literal = pattern.slice(from, match.index);
    if (/[A-SU-Za-z]/.test(literal)) return unknownLetters(pattern, literal);
    expression += `${escape(literal)}(${token[1]})`;
    if (names.includes(token[0])) return `The format "${pattern}" names the ${token[0]} twice.`;
    names.push(token[0]);
    from = match.index + match[0].length;
  }
  const rest = pattern.slice(from);
  if (/[A-SU-Za-z]/.test(rest)) return unknownLetters(pattern, rest);
  const regex = new RegExp(`^${expression}${escape(rest)}$`);
  return {
    pattern,
    names: new Set(names),
    read(text) {
      const found = regex.exec(text);
      if (found === null) return undefined;
      const parts: LocalParts = {};
      names.forEach((name, at) => {
        parts[name] = Number(found[at + 1]);
      });
      return exists(parts) ? parts : undefined;
    },
  };
}

function unknownLetters(pattern: string, literal: string): string {
  return `The format "${pattern}" contains "${literal.trim()}", which is not one of yyyy, MM, M, dd, d, HH, H, mm, ss.`;
}

function escape(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function exists({ year, month, day, hour = 0, minute = 0, second = 0 }: LocalParts): boolean {
  if (hour > 23 || minute > 59 || second > 59) return false;
  if (month !== undefined && (month < 1 || month > 12)) return false;
  if (day === undefined) return true;
  const daysInMonth = new Date(Date.UTC(year ?? 2000, month ?? 1, 0)).getUTCDate();
  return day >= 1 && day <= daysInMonth;
}
