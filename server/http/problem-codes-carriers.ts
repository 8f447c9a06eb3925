import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of bordereaux and settlements; the rules for adding one stand in `problem-codes.ts`. */
export const CARRIERS_PROBLEM_CODES = {
  carrier_not_found: { title: 'There is no such carrier', action: 'Check the id; list the carriers.' },
  bordereau_not_found: {
    title: 'There is no such bordereau',
    action: 'Take the id, or the carrier, month and currency, of a bordereau from GET /v1/bordereaux.',
  },
  settlement_not_found: { title: 'There is no such settlement', action: 'Take an id from GET /v1/settlements.' },
  settlement_mismatch: {
    title: 'Covers, statements, bordereau and ledger do not agree',
    action: 'Nothing was settled: look at the policy and day that detail names; the books are wrong there.',
  },
  settlement_not_ready: {
    title: 'A day of the month still waits to be closed',
    action: 'Nothing was settled: close the day that detail names, or try again in an hour or two.',
  },
  settlement_out_of_order: {
    title: 'An earlier month is not settled',
    action: 'Settle the month that detail names first.',
  },
  month_not_closed: { title: 'The month is not closed in the books', action: 'Close the month first.' },
  float_invalid: { title: 'The payment cannot be booked so', action: 'Correct what detail names.' },
  float_ref_reused: {
    title: "The payment's reference was booked with another amount",
    action: 'Check the reference; a payment is booked once.',
  },
} as const satisfies Readonly<Record<string, ProblemCode>>;
