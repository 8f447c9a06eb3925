import { isCurrency, minorDigits, money, type Money } from '../../../programs/money.ts';

/**
 * Where Stripe counts in other units than ISO 4217 does (docs.stripe.com/currencies): ISK and UGX have no minor unit and are
 * sent with two digits all the same; MGA has two and is sent without. Their oddities stay in this file (M1).
 */
const DIGITS_AT_STRIPE: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };

/** Of these Stripe takes only amounts whose last digit is zero. */
const THREE_DIGITS: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** Of these Stripe pays out whole units only. */
const PAID_OUT_WHOLE: ReadonlySet<string> = new Set(['HUF', 'TWD', 'ISK', 'UGX']);

export interface StripeAmount {
  readonly amount: number;
  /** Lower case, as Stripe writes it. */
  readonly currency: string;
}

/** Money in Stripe's units; undefined when Stripe has no way to say exactly that much. */
export function toStripeAmount({ amount, currency }: Money, use: 'charge' | 'payout'): StripeAmount | undefined {
  const shift = (DIGITS_AT_STRIPE[currency] ?? minorDigits(currency)) - minorDigits(currency);
  const scaled = shift >= 0 ? amount * 10 ** shift : amount / 10 ** -shift;
  if (!Number.isSafeInteger(scaled)) return undefined;
  if (THREE_DIGITS.has(currency) && scaled % 10 !== 0) return undefined;
  if (use === 'payout' && PAID_OUT_WHOLE.has(currency) && scaled % 100 !== 0) return undefined;
  return { amount: scaled, currency: currency.toLowerCase() };
}

/** Stripe's amount as money; undefined for what is not a whole number of minor units of a known currency. */
export function fromStripeAmount(amount: unknown, currency: unknown): Money | undefined {
  if (typeof amount !== 'number' || typeof currency !== 'string') return undefined;
  const code = currency.toUpperCase();
  if (!isCurrency(code)) return undefined;
  const shift = minorDigits(code) - (DIGITS_AT_STRIPE[code] ?? minorDigits(code));
  const scaled = shift >= 0 ? amount * 10 ** shift : amount / 10 ** -shift;
  return Number.isSafeInteger(scaled) ? money(scaled, code) : undefined;
}
