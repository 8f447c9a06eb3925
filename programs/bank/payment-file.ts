import { sumMoney, type Money } from '../money.ts';
import { readBankAmount, writeBankAmount } from './bank-amount.ts';

/** One order to a bank. */
export interface PaymentOrderLine {
  readonly reference: string;
  readonly amount: Money;
  readonly holder: string;
  readonly bankCode: string;
  readonly accountNumber: string;
  readonly country: string;
  readonly statementText: string;
}

export interface PaymentFile {
  readonly fileId: string;
  readonly currency: string;
  readonly lines: readonly PaymentOrderLine[];
}

export const PAYMENT_FILE_COLUMNS = [
  'type',
  'reference',
  'amount',
  'currency',
  'holder',
  'bank_code',
  'account',
  'country',
  'text',
] as const;

/**
 * A payment file as rows of text: a `header` row, a `payment` row for each order, and a `total` row with the control totals
 * (number of payments as its reference, their sum). The same file is always the same rows.
 */
export function paymentFileRows({ fileId, currency, lines }: PaymentFile): string[][] {
  const total = sumMoney(
    lines.map(({ amount }) => amount),
    currency,
  );
  return [
    [...PAYMENT_FILE_COLUMNS],
    ['header', fileId, '', currency, '', '', '', '', ''],
    ...lines.map((line) => [
      'payment',
      line.reference,
      writeBankAmount(line.amount),
      currency,
      line.holder,
      line.bankCode,
      line.accountNumber,
      line.country,
      line.statementText,
    ]),
    ['total', String(lines.length), writeBankAmount(total), currency, '', '', '', '', ''],
  ];
}

/** Whether the rows' control totals are those of their payments: what a bank checks before it takes the file. */
export function controlTotalsHold(rows: readonly (readonly string[])[]): boolean {
  const payments = rows.filter(([type]) => type === 'payment');
  const [total, ...others] = rows.filter(([type]) => type === 'total');
  if (total === undefined || others.length > 0) return false;
  const [, count, sum = '', currency = ''] = total;
  const known = payments.flatMap(([, , text = '', own = '']) => {
    const amount = own === currency ? readBankAmount(text, currency) : undefined;
    return amount !== undefined && amount.amount > 0 ? [amount] : [];
  });
  return (
    known.length === payments.length &&
    Number(count) === payments.length &&
    sumMoney(known, currency).amount === readBankAmount(sum, currency)?.amount
  );
}
