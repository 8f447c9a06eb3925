import { formatMoney, minorDigits, money, type Money } from '../money.ts';

/**
 * An amount as banks write it, in major units with a point: `1234.50`, `-0.05`, `120`. Undefined for what is none, or has
 * more digits behind the point than the currency. Read digit by digit: no float ever (M1).
 */
export function readBankAmount(text: string, currency: string): Money | undefined {
  const [, sign, whole, fraction = ''] = /^(-?)(\d{1,15})(?:\.(\d{1,4}))?$/.exec(text) ?? [];
  const digits = minorDigits(currency);
  if (sign === undefined || whole === undefined || fraction.length > digits) return undefined;
  const amount = Number(`${sign}${whole}${fraction.padEnd(digits, '0')}`);
  return Number.isSafeInteger(amount) ? money(amount, currency) : undefined;
}

/** The same the other way round: `CNY -0.05` is `-0.05`. */
export function writeBankAmount(amount: Money): string {
  return formatMoney(amount).slice(amount.currency.length + 1);
}
