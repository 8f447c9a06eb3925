import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of ledger; the rules for adding one stand in `problem-codes.ts`. */
export const LEDGER_PROBLEM_CODES = {
  ledger_unavailable: {
    title: 'The ledger is away for a moment',
    action: 'Send the same request again after Retry-After: what was booked is never booked twice.',
  },
} as const satisfies Readonly<Record<string, ProblemCode>>;
