import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of payments; the rules for adding one stand in `problem-codes.ts`. */
export const PAYMENTS_PROBLEM_CODES = {} as const satisfies Readonly<Record<string, ProblemCode>>;
