/** Why a row is rejected before it becomes events (G6); each code with the sentence that documents it. */
export const ROW_CODES = {
  column_count: 'The row has more or fewer columns than the header.',
  text_encoding: 'The text is not UTF-8.',
  value_missing: 'A column that the mapping needs is empty, or holds one of its null texts.',
  value_not_mapped: 'The value is not among the values that the mapping lists for the column.',
  value_too_long: 'The text is longer than an event may carry.',
  worker_id_unusable: 'The id of the worker cannot be taken: it is a phone, a national id, or reserved.',
  number_unreadable: 'The value is not a whole number.',
  number_out_of_range: 'The whole number cannot be an age.',
  date_unreadable: 'The value does not fit the date format of the mapping, or there is no such day.',
  time_unreadable: 'The value does not fit the time format of the mapping, or there is no such time.',
  local_time_missing: 'The clock was set forward over this local time: it never happened in the time zone.',
  end_before_start: 'The end lies before the start.',
  event_too_old: 'The start is older than 35 days, and the policy does not allow declared back-filling.',
  end_in_future: 'The end lies in the future: import the row when the shift is over.',
} as const;
export type RowCode = keyof typeof ROW_CODES;

/** What is wrong with one row. `column` is the header's name; absent when it concerns the row as a whole. */
export interface RowProblem {
  readonly code: string;
  readonly column?: string;
  /** A sentence a person can act on. */
  readonly reason: string;
}

/** Thrown while one row is mapped, caught by the one who maps it. */
export class RowTrouble extends Error {
  constructor(
    readonly code: RowCode,
    readonly column: string | undefined,
    reason: string,
  ) {
    super(reason);
    this.name = 'RowTrouble';
  }

  problem(): RowProblem {
    return { code: this.code, reason: this.message, ...(this.column === undefined ? {} : { column: this.column }) };
  }
}
