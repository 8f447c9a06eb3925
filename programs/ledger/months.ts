/** The calendar month of a day, `YYYY-MM`. */
export const monthOf = (day: string): string => day.slice(0, 7);

/** The day itself, or where its month is closed the first day of the first month after it that is not (M10). */
export function firstOpenDay(day: string, closedMonths: ReadonlySet<string>): string {
  let open = day;
  while (closedMonths.has(monthOf(open))) open = `${monthAfter(monthOf(open))}-01`;
  return open;
}

/** `2026-12` -> `2027-01` */
export function monthAfter(month: string): string {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  return number === 12
    ? `${String(year + 1).padStart(4, '0')}-01`
    : `${month.slice(0, 4)}-${String(number + 1).padStart(2, '0')}`;
}
