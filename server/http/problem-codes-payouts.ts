import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of payouts; the rules for adding one stand in `problem-codes.ts`. */
export const PAYOUTS_PROBLEM_CODES = {
  payout_not_found: { title: 'There is no such payout', action: 'Check the id; GET /v1/payouts lists them.' },
  payout_key_reused: {
    title: 'The business key belongs to another payout',
    action: 'A fact is paid once: read the payout that detail names, or use the key of the fact you mean.',
  },
  payout_amount_invalid: { title: 'The amount cannot be paid', action: 'Send whole minor units above 0.' },
  payout_lines_differ: {
    title: 'The lines are not the amount',
    action: 'Send lines above 0 that add up to the amount, or none.',
  },
  funding_account_refused: {
    title: 'Payouts may not draw on this account',
    action: 'Name an account of the currency from which people are paid, such as a claims float or a claims pool.',
  },
  payouts_contended: {
    title: 'Too many payouts to one person are made at once',
    action: 'Nothing was made: ask again, one after the other.',
  },
  payout_not_awaiting_approval: {
    title: 'The payout waits for no approval',
    action: 'Read its state: it may be approved, sent or given up already.',
  },
  payout_changed: {
    title: 'The payout is not what you saw',
    action: 'Read it again, look at lines, payee and amount, and approve with its new binding.',
  },
  approver_refused: {
    title: 'You may not approve this payout',
    action: 'Ask a person who neither created nor assessed it, nor set the account that it goes to.',
  },
  payout_not_voidable: {
    title: 'The payout cannot be given up',
    action: 'Money may have left: wait until it is certain, or have it returned.',
  },
  payout_not_retryable: {
    title: 'There is nothing to try again or give back',
    action: 'Read its state and its linked payout.',
  },
  payout_attempts_used: {
    title: 'The attempts of the payout are used up',
    action: 'Void it, find out why it fails, and decide a new payout.',
  },
  payee_not_found: { title: 'There is no such payee', action: 'Check the id; GET /v1/payees lists them.' },
  payee_exists: {
    title: 'The payee has another account already',
    action: 'Change it, or give the new one a name of its own.',
  },
  holder_not_found: { title: 'There is no such holder', action: 'Check kind and id; an erased person holds nothing.' },
  verifier_refused: {
    title: 'You may not verify this payee',
    action: 'Ask a person who did not set the account.',
  },
  notice_not_found: { title: 'There is no such notice', action: 'List them with: payees notices.' },
  payout_contradicted: {
    title: 'The provider says what cannot be',
    action: 'Operators: read the contradictions of the payout, ask the provider, and resolve the exception.',
  },
  payee_unchanged: {
    title: 'The account that failed is still the same',
    action: 'Change the payee, have it verified, and try again.',
  },
} as const satisfies Readonly<Record<string, ProblemCode>>;
