import type { FailureFault } from './payout.ts';

/** Codes of providers and banks by which the payee's account is at fault: nothing helps until it is changed. */
const PAYEE = new Set([
  'account_closed',
  'account_frozen',
  'account_invalid',
  'bank_account_restricted',
  'bank_account_unusable',
  'bank_ownership_changed',
  'debit_not_authorized',
  'destination_not_supported',
  'incorrect_account_holder_name',
  'incorrect_account_holder_details',
  'invalid_account',
  'invalid_account_number',
  'invalid_currency',
  'no_account',
  'payouts_not_allowed',
  'recipient_not_found',
  'transfers_not_allowed',
  'unsupported_card',
]);

/** Codes that pass by themselves: the same payee may be tried again, under a new key. */
const PASSING = new Set([
  'balance_insufficient',
  'insufficient_funds',
  'outbound_payment_insufficient_funds',
  'payout_method_usage_frequency_limit_exceeded',
  'could_not_process',
  'bank_unavailable',
  'payout_limit_exceeded',
]);

/** Who has to mend a failure, by the provider's code; a code that we do not know goes to a person. */
export function failureFault(code: string | undefined): FailureFault {
  if (code === undefined) return 'other';
  if (PASSING.has(code)) return 'passing';
  // Stripe names what is wrong with the account at the other end like that: `payout_method_closed`, `..._restricted`.
  return PAYEE.has(code) || code.startsWith('payout_method_') ? 'payee' : 'other';
}
