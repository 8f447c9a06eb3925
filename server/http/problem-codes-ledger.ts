import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of ledger; the rules for adding one stand in `problem-codes.ts`. */
export const LEDGER_PROBLEM_CODES = {
  ledger_unavailable: {
    title: 'The ledger is away for a moment',
    action: 'Send the same request again after Retry-After: what was booked is never booked twice.',
  },
  account_not_found: {
    title: 'There is no such account in the books',
    action: 'Look the id up in GET /v1/ledger/accounts; an account exists from its first transfer on.',
  },
  month_not_over: { title: 'The month is not over', action: 'Close it after the instant that detail names.' },
  books_wrong: {
    title: 'The books are wrong',
    action: 'Have the breaches looked at (books check --full), and try again when none is open.',
  },
} as const satisfies Readonly<Record<string, ProblemCode>>;
