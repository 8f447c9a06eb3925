import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of events; the rules for adding one stand in `problem-codes.ts`. */
export const EVENTS_PROBLEM_CODES = {
  event_not_found: {
    title: 'There is no such event for you',
    action: 'Check the id. Unknown and not permitted are not told apart.',
  },
} as const satisfies Readonly<Record<string, ProblemCode>>;
