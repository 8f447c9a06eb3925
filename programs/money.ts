import { code as currencyCode } from 'currency-codes';

/** Whole minor units (fen, cents) of an ISO 4217 currency. `amount` is a safe integer; negative for credits (M1). */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** Minor digits by currency; `undefined` for what ISO 4217 does not list. */
const digitsByCurrency = new Map<string, number | undefined>();

/** Whether ISO 4217 lists this upper-case code. */
export function isCurrency(currency: string): boolean {
  return digitsOf(currency) !== undefined;
}

/** The ISO 4217 exponent: CNY 2, JPY 0, KWD 3. Throws on an unknown currency. */
export function minorDigits(currency: string): number {
  const digits = digitsOf(currency);
  if (digits === undefined) throw new RangeError(`${currency} is not an ISO 4217 currency`);
  return digits;
}

/** Throws when the amount is not a safe integer or the currency is unknown: both are bugs, never user input. */
export function money(amount: number, currency: string): Money {
  minorDigits(currency);
  return { amount: checked(amount), currency };
}

export function zeroMoney(currency: string): Money {
  return money(0, currency);
}

export function addMoney(a: Money, b: Money): Money {
  mustMatch(a, b);
  return money(a.amount + b.amount, a.currency);
}

export function subtractMoney(a: Money, b: Money): Money {
  mustMatch(a, b);
  return money(a.amount - b.amount, a.currency);
}

export function negateMoney(a: Money): Money {
  return money(0 - a.amount, a.currency);
}

/** Without its sign. */
export function absoluteMoney(a: Money): Money {
  return money(Math.abs(a.amount), a.currency);
}

/** `times` must be a whole number: a price times a quantity. */
export function multiplyMoney(a: Money, times: number): Money {
  return money(a.amount * checked(times), a.currency);
}

/** Negative, zero or positive, for sorting and comparing; currencies must match. */
export function compareMoney(a: Money, b: Money): number {
  mustMatch(a, b);
  return a.amount - b.amount;
}

/** The currency is named because the list may be empty. */
export function sumMoney(items: Iterable<Money>, currency: string): Money {
  let total = zeroMoney(currency);
  for (const item of items) total = addMoney(total, item);
  return total;
}

/**
 * `a * numerator / denominator`, rounded half up to the minor unit. Halves go away from zero, so that a credit is
 * exactly the negative of the charge it takes back. Computed in whole numbers: nothing is lost on the way.
 */
export function scaleMoney(a: Money, numerator: number, denominator: number): Money {
  if (checked(denominator) <= 0) throw new RangeError('the denominator must be above zero');
  const product = BigInt(checked(a.amount)) * BigInt(checked(numerator));
  const negative = product < 0n;
  const doubled = (negative ? -product : product) * 2n + BigInt(denominator);
  const rounded = doubled / (BigInt(denominator) * 2n);
  return money(Number(negative ? -rounded : rounded), a.currency);
}

/**
 * Splits by weights (whole, not negative, not all zero), in their order, by largest remainder: the parts always add up
 * to the total, and a tie goes to the earlier part. A negative total splits as the mirror of the positive one.
 */
export function splitMoney(total: Money, weights: readonly number[]): Money[] {
  if (weights.some((weight) => checked(weight) < 0)) throw new RangeError('a weight may not be negative');
  const sum = weights.reduce((so, weight) => so + BigInt(weight), 0n);
  if (sum === 0n) throw new RangeError('at least one weight must be above zero');
  const sign = total.amount < 0 ? -1 : 1;
  const whole = BigInt(Math.abs(checked(total.amount)));
  const parts = weights.map((weight, index) => {
    const share = whole * BigInt(weight);
    return { index, amount: Number(share / sum), remainder: share % sum };
  });
  let left = Number(whole) - parts.reduce((so, part) => so + part.amount, 0);
  const byRemainder = [...parts].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const part of byRemainder) {
    if (left === 0) break;
    part.amount += 1;
    left -= 1;
  }
  return parts.map((part) => money(sign * part.amount || 0, total.currency));
}

/** `CNY 3.00`, `JPY 120`, `CNY -0.05`: for people and statements, never parsed back. */
export function formatMoney(a: Money): string {
  return `${a.currency} ${formatMajor(a)}`;
}

/** `3.00`, `120`, `-0.05`: in major units, without the currency, for a column beside it. */
export function formatMajor(a: Money): string {
  const digits = minorDigits(a.currency);
  const text = String(Math.abs(checked(a.amount))).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const sign = a.amount < 0 ? '-' : '';
  return `${sign}${whole}${digits === 0 ? '' : `.${text.slice(text.length - digits)}`}`;
}

function digitsOf(currency: string): number | undefined {
  if (!digitsByCurrency.has(currency)) {
    const known = /^[A-Z]{3}$/.test(currency) ? currencyCode(currency)?.digits : undefined;
    if (known === undefined) return undefined; // not kept: callers could fill the memory with nonsense
    digitsByCurrency.set(currency, known);
  }
  return digitsByCurrency.get(currency);
}

function checked(amount: number): number {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${amount} is not a whole number in the safe range`);
  return amount === 0 ? 0 : amount;
}

function mustMatch(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new TypeError(`cannot mix ${a.currency} and ${b.currency}`);
}
