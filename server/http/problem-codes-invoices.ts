import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of invoices and deposits; the rules for adding one stand in `problem-codes.ts`. */
export const INVOICES_PROBLEM_CODES = {
  invoice_not_found: { title: 'No such invoice', action: 'Take the id of an invoice from GET /v1/invoices.' },
  invoice_not_open: { title: 'Nothing is open of the invoice', action: 'Nothing needs to be done.' },
  no_credit_kept: {
    title: 'Nothing is kept for the policyholder',
    action: 'Wait for a credit or an overpayment; it is used for the next invoice by itself.',
  },
  payment_currency_wrong: {
    title: 'The payment is in another currency than the invoice',
    action: 'Look at the payment at the provider, and give it back or book it by hand.',
  },
  billing_terms_invalid: {
    title: 'A policy cannot be billed so',
    action: 'Name a cycle and a number of days within the bounds that detail names.',
  },
  deposit_withdrawal_refused: {
    title: 'The deposit was not paid back',
    action: 'Read detail: most likely the reference was used for another payment.',
  },
  withdrawal_books_itself: {
    title: 'What this provider pays back is booked by itself',
    action: 'Refund it at the provider, and book nothing: it is booked when the provider tells it.',
  },
  deposit_too_small: { title: 'The deposit holds less', action: 'Ask for what is available.' },
  top_up_not_found: { title: 'No such top-up', action: 'Take the id of the answer that opened it.' },
  top_up_reference_reused: {
    title: 'The reference was used for another top-up',
    action: 'Give the new top-up a reference of its own.',
  },
  payment_not_paid: {
    title: 'Nothing was paid that could be given back',
    action: 'Look at the top-up; what came by bank goes back by bank: deposits withdraw.',
  },
  top_up_refused: {
    title: 'The payment provider refused the top-up',
    action: 'Read detail; ask for another amount or currency under a new reference.',
  },
} as const satisfies Readonly<Record<string, ProblemCode>>;
