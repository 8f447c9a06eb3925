import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of payouts; the rules for adding one stand in `problem-codes.ts`. */
export const PAYOUTS_PROBLEM_CODES = {} as const satisfies Readonly<Record<string, ProblemCode>>;
