import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of events; the rules for adding one stand in `problem-codes.ts`. */
export const EVENTS_PROBLEM_CODES = {} as const satisfies Readonly<Record<string, ProblemCode>>;
