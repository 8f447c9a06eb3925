import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of payments; the rules for adding one stand in `problem-codes.ts`. */
export const PAYMENTS_PROBLEM_CODES = {
  provider_not_configured: {
    title: 'The payment provider is not set up here',
    action: 'Set it up (README, settings), or use another provider.',
  },
  provider_unavailable: {
    title: 'The payment provider gave no certain answer',
    action: 'Nothing is lost: try again later.',
  },
  provider_refused: {
    title: 'The payment provider refused',
    action: 'Read its words in detail, and mend what they name.',
  },
  webhook_signature_invalid: {
    title: 'The signature of the webhook is not right',
    action: 'Sign the very bytes of the body with the secret of the endpoint.',
  },
  webhook_time_out_of_bounds: {
    title: 'The webhook was not signed just now',
    action: 'Sign it anew for each try, and check your clock.',
  },
  webhook_unreadable: { title: 'The webhook is no event', action: 'Send events of Stripe to this address only.' },
  webhook_mode_mismatch: {
    title: 'Test and real money do not mix',
    action: 'Send live events to the live server and test events to the test server.',
  },
  booking_refused: {
    title: 'The ledger refuses the booking',
    action: 'Read its reason in detail; an exception is kept for a person.',
  },
  cash_not_there: {
    title: 'The provider took out more than our cash account holds',
    action: 'It is booked by itself when there is as much; look for money that is not booked.',
  },
  sweep_invalid: {
    title: 'The sweep cannot be booked so',
    action: 'Name two cash accounts, an amount and a reference as detail says.',
  },
  exception_not_found: { title: 'There is no such exception', action: 'GET /v1/payments/exceptions lists them.' },
  exception_resolved: {
    title: 'The exception is resolved already',
    action: 'Read how; a mistake in it is corrected by a new booking.',
  },
  exception_has_no_fact: {
    title: 'There is nothing to book behind the exception',
    action: 'Resolve it as booked_by_hand or no_action.',
  },
  fact_still_refused: {
    title: 'It cannot be ended so now',
    action: 'Read the exception again; mend what it names, then try anew.',
  },

  // Payment by file
  bank_account_invalid: { title: 'The bank account cannot be opened so', action: 'Correct what detail names.' },
  bank_account_taken: {
    title: 'There is another bank account in this currency',
    action: 'Use that one: there is one account for each currency.',
  },
  bank_account_not_found: { title: 'There is no such bank account', action: 'Open it first (bank open).' },
  bank_statement_invalid: {
    title: 'The bank statement cannot be taken',
    action: 'Nothing was stored: correct the places that errors lists, or ask the bank for the file again.',
  },
  bank_line_not_found: { title: 'No statement told of it', action: 'Check the number; import the statement first.' },
  bank_line_identified: {
    title: 'What the money was for is known already',
    action: 'Look at the movement; a mistake is corrected by a booking of its own.',
  },
  bank_line_not_booked: { title: 'The movement is not in the books yet', action: 'Try again in a minute.' },
  bank_file_not_found: { title: 'There is no such payment file', action: 'Check the id; list the files.' },
  bank_file_voided: { title: 'The payment file was voided', action: 'Make a new one.' },
  bank_file_payee_erased: {
    title: 'A payee of the payment file was erased',
    action: 'Import the statement of the bank that has it; when no bank has it, void it and make a new one.',
  },
  bank_file_executed: {
    title: 'The bank has executed the payment file',
    action: 'Import its statement; payments that came back are read from there.',
  },
  bank_order_not_found: { title: 'There is no such payment order', action: 'Check the reference in the file.' },
  bank_order_executed: { title: 'The payment order is past failing', action: 'Look at its state.' },
  nothing_to_pay: { title: 'No payment is waiting', action: 'Nothing needs to be done.' },
  orders_taken: { title: 'Some of the payments wait no more', action: 'Make the file again.' },
} as const satisfies Readonly<Record<string, ProblemCode>>;
