import { isCurrency } from '../money.ts';

/**
 * An account: `<address>:<CURRENCY>`, so that each holds one currency. The address says whose it is and what for:
 * `carrier:car_1:premium_payable:CNY`.
 */
export type AccountId = string;

/** What an account may never become, pending amounts counted (TigerBeetle's flags). */
export type AccountLimit =
  /** It holds money of somebody's and cannot be overdrawn: debits, pending ones too, stay within posted credits. */
  | 'debits_within_credits'
  /** It is cash of ours, or owed to us, and cannot be overdrawn: credits, pending ones too, stay within posted debits. */
  | 'credits_within_debits'
  | 'none';

/** One line of the chart of accounts. */
export interface AccountTerms {
  /** On which side a positive balance stands. */
  readonly normal: 'debit' | 'credit';
  readonly limit: AccountLimit;
  /** Returns to zero: it holds nothing that is older than this many days (L9). Absent where money may stay for ever. */
  readonly clearsInDays?: number;
  /** For an accountant. */
  readonly name: string;
}

const debit = (name: string, more: Partial<AccountTerms> = {}): AccountTerms => ({
  normal: 'debit',
  limit: 'none',
  name,
  ...more,
});
const credit = (name: string, more: Partial<AccountTerms> = {}): AccountTerms => ({
  ...debit(name, more),
  normal: 'credit',
});
const limitedFund = { limit: 'debits_within_credits' } as const;
const limitedCash = { limit: 'credits_within_debits' } as const;

/** How long a provider may take to settle what was paid; longer than any that we know. */
const SETTLEMENT_DAYS = 10;
/** How long a dispute may last, appeals to the card's network included; longer than any that we know. */
const DISPUTE_DAYS = 365;

/**
 * The chart of accounts. `*` stands for one id. To add an account, add a line; an address that fits no line is a bug and
 * throws. Debit and credit are bookkeeping's own: assets and expenses grow by debits, debts and funds by credits.
 */
export const CHART = {
  // Cash and what is on its way
  'cash:*': debit('Cash at a payment provider or bank, settled', limitedCash),
  '*:clearing': debit('Paid by a payer, not yet settled by the provider', { clearsInDays: SETTLEMENT_DAYS }),
  '*:disputed': debit('Disputed by its payer, taken out by the provider until the case is won or lost', {
    clearsInDays: DISPUTE_DAYS,
  }),
  'bank:*:unidentified': credit('Received on a bank account, payer or purpose not known yet', limitedFund),
  'provider:*:fees': debit('Fees that a payment provider kept'),

  // Premium
  'policy:*:receivable': debit('Premium that the policyholder owes'),
  'policy:*:receivable_credit': credit('Premium credited or paid in excess, owed to the policyholder', limitedFund),
  'carrier:*:premium_payable': credit('Premium owed to the carrier'),
  'carrier:*:claims_float': credit('Money of the carrier held to pay claims', limitedFund),
  'carrier:*:claims_receivable': debit('Claims paid for the carrier, to be refunded by it'),
  'parasol:commission': credit('Commission earned'),
  'parasol:write_off': debit('Losses written off with approval'),
  'levy:*:payable': credit('Levies owed to an authority or guarantee fund'),

  // Deposits of prepaid platforms (G21, M5)
  'platform:*:deposit': credit('Prepaid premium of a platform', limitedFund),
  // Nobody pays more than is owed: who decided by an older look is refused, and looks again.
  'platform:*:receivable': debit('Owed by a platform whose top-up was taken back after it was spent', limitedCash),
  'policy:*:prepaid': credit('Drawn from a deposit for covers whose days are not closed yet', limitedFund),
  'envelope:*': credit('Money set apart for one spender', limitedFund),

  // People paid
  'payee:*:unclaimed': credit('A payout that came back, held for its person', limitedFund),
  'payee:*:receivable': debit('Paid in error, to be paid back'),

  // Charity (H5)
  'program:*:fund': credit('Gifts at the disposal of a program', limitedFund),
  'program:*:claims_pool': credit('Reserved for the claims of covers in force', limitedFund),
  'program:*:deficit': debit('Missing after lost disputes'),
  'program:*:fees': debit("Providers' fees on gifts"),
  'program:*:expenses': debit('Administrative cost'),
  'program:*:losses': debit('Paid in error and not recovered'),
  'program:*:spent': debit('Paid to people and for their premium'),

  // The outside world, where money comes from and goes to in a simulation or an opening balance
  'world:*': debit('Outside the books'),
} as const satisfies Readonly<Record<string, AccountTerms>>;

export type AccountPattern = keyof typeof CHART;

const SEGMENT = /^[A-Za-z0-9_-]{1,80}$/;
const patterns = (Object.keys(CHART) as AccountPattern[]).map((pattern) => ({ pattern, parts: pattern.split(':') }));

/** `accountId('policy:*:receivable', 'CNY', 'pol_1')` -> `policy:pol_1:receivable:CNY`. Throws on a bad id or currency: a bug. */
export function accountId(pattern: AccountPattern, currency: string, ...ids: readonly string[]): AccountId {
  if (!isCurrency(currency)) throw new RangeError(`${currency} is not an ISO 4217 currency`);
  let at = 0;
  const parts = pattern.split(':').map((part) => (part === '*' ? (ids[at++] ?? '') : part));
  if (at !== ids.length || !parts.every((part) => SEGMENT.test(part))) {
    throw new RangeError(`${pattern} cannot be made of ${JSON.stringify(ids)}`);
  }
  return [...parts, currency].join(':');
}

export type PlacedTerms = AccountTerms & { readonly pattern: AccountPattern };

/** A memory, not a state: every transfer of every flush asks for two accounts, and hot ones are asked for again and again. */
const placed = new Map<AccountId, PlacedTerms>();
const PLACED_MAX = 10_000;

/** An account's place in the chart; undefined for what is no account of ours. */
export function accountTerms(id: AccountId): PlacedTerms | undefined {
  const known = placed.get(id);
  if (known !== undefined) return known;
  const found = findTerms(id);
  if (found === undefined) return undefined; // not kept: callers could fill the memory with nonsense
  if (placed.size >= PLACED_MAX) placed.clear();
  placed.set(id, found);
  return found;
}

function findTerms(id: AccountId): PlacedTerms | undefined {
  const parts = id.split(':');
  const currency = parts.pop();
  if (currency === undefined || !isCurrency(currency) || !parts.every((part) => SEGMENT.test(part))) return undefined;
  const fits = patterns.find(
    (each) => each.parts.length === parts.length && each.parts.every((part, at) => part === '*' || part === parts[at]),
  );
  return fits && { ...CHART[fits.pattern], pattern: fits.pattern };
}

/** The currency of an account. */
export const currencyOf = (id: AccountId): string => id.slice(id.lastIndexOf(':') + 1);
