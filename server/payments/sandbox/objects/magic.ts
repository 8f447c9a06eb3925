/** Values that make something happen; everything else works. Documented in the README of this folder. */

export interface MethodBehaviour {
  /** `delayed`: processing first, and after `delayedPaymentMs` what `outcome` says. */
  readonly speed: 'at_once' | 'delayed';
  readonly outcome: 'paid' | 'declined';
  readonly declineCode?: string;
  /** Its money is available at once. */
  readonly bypassPending?: boolean;
  /** The payer disputes the charge right after it. */
  readonly disputed?: boolean;
  /** As `payment_method_types` and charges name it. */
  readonly type: string;
}

const PAID = { speed: 'at_once', outcome: 'paid', type: 'card' } as const;

const METHODS: Readonly<Record<string, MethodBehaviour>> = {
  pm_card_visa: PAID,
  pm_card_chargeDeclined: { ...PAID, outcome: 'declined', declineCode: 'generic_decline' },
  pm_card_visa_chargeDeclined: { ...PAID, outcome: 'declined', declineCode: 'generic_decline' },
  pm_card_chargeDeclinedInsufficientFunds: { ...PAID, outcome: 'declined', declineCode: 'insufficient_funds' },
  pm_card_visa_chargeDeclinedInsufficientFunds: { ...PAID, outcome: 'declined', declineCode: 'insufficient_funds' },
  pm_card_bypassPending: { ...PAID, bypassPending: true },
  pm_card_createDispute: { ...PAID, disputed: true },
  pm_sandbox_delayed: { speed: 'delayed', outcome: 'paid', type: 'customer_balance' },
  pm_sandbox_delayed_failed: { speed: 'delayed', outcome: 'declined', type: 'customer_balance' },
};

export const DEFAULT_METHOD = 'pm_card_visa';

/** `undefined` for a payment method that does not exist. */
export function methodBehaviour(id: string): MethodBehaviour | undefined {
  return METHODS[id] ?? (/^pm_[A-Za-z0-9_]+$/.test(id) ? PAID : undefined);
}

export type OutboundFate =
  { readonly kind: 'posted' | 'stuck' } | { readonly kind: 'failed' | 'returned'; readonly reason: string };

const ACCOUNT_NUMBERS: Readonly<Record<string, OutboundFate>> = {
  '000111111116': { kind: 'failed', reason: 'payout_method_does_not_exist' },
  '000111111113': { kind: 'failed', reason: 'payout_method_declined' },
  '000222222227': { kind: 'returned', reason: 'payout_method_closed' },
  '000222222228': { kind: 'returned', reason: 'payout_method_holder_name_incorrect' },
  '000333333335': { kind: 'stuck' },
};

/** An account number that cannot even be saved as a payout method. */
export const INVALID_ACCOUNT_NUMBER = '000999999991';

/** Payments to it are refused as if the balance were empty, whatever the balance is. */
export const INSUFFICIENT_ACCOUNT_NUMBER = '000444444440';

export function outboundFate(accountNumber: string): OutboundFate {
  return ACCOUNT_NUMBERS[accountNumber] ?? { kind: 'posted' };
}

/** Connected accounts that exist from the start. */
export const MAGIC_ACCOUNTS = {
  acct_sandbox_ok: 'paid',
  acct_sandbox_refused: 'refused',
  acct_sandbox_returned: 'returned',
} as const satisfies Record<string, 'paid' | 'refused' | 'returned'>;

export function transferFate(account: string): 'paid' | 'refused' | 'returned' {
  return Object.entries(MAGIC_ACCOUNTS).find(([id]) => id === account)?.[1] ?? 'paid';
}
