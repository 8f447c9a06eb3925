import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of invoices; the rules for adding one stand in `problem-codes.ts`. */
export const INVOICES_PROBLEM_CODES = {} as const satisfies Readonly<Record<string, ProblemCode>>;
