import { isDay } from '../calendar.ts';
import { money, type Money } from '../money.ts';
import { readBankAmount, writeBankAmount } from './bank-amount.ts';

export const STATEMENT_COLUMNS = ['type', 'bank_ref', 'booked_on', 'amount', 'counterparty', 'text'] as const;

/** One movement on a bank account. */
export interface StatementLine {
  /** Row of the file, the header is row 1. */
  readonly row: number;
  /** The bank's own number of the movement: the same movement has it in every statement. */
  readonly bankRef: string;
  /** Local day of the account. */
  readonly bookedOn: string;
  /** Positive: it came in; negative: it went out. Never zero. */
  readonly amount: Money;
  readonly counterparty: string;
  readonly text: string;
}

export interface BankStatement {
  readonly openingBalance: Money;
  readonly closingBalance: Money;
  readonly lines: readonly StatementLine[];
}

/** What is wrong with a statement, and where. */
export interface StatementProblem {
  readonly row: number;
  readonly column?: string;
  readonly message: string;
}

export type ReadStatement =
  | { readonly ok: true; readonly statement: BankStatement }
  | { readonly ok: false; readonly problems: readonly StatementProblem[] };

const PROBLEMS_MAX = 20;
const TEXT_MAX = 500;

/**
 * Reads a bank's statement: rows of `STATEMENT_COLUMNS` behind the header, an `opening` row with the balance before, a `line`
 * row for each movement, a `closing` row with the balance after. It is taken whole or not at all: every cell must be
 * readable, no movement may stand in it twice, and opening balance plus movements must be the closing balance.
 */
export function readStatement(rows: readonly (readonly string[])[], currency: string): ReadStatement {
  const problems: StatementProblem[] = [];
  const bad = (row: number, column: string | undefined, message: string): undefined => {
    if (problems.length < PROBLEMS_MAX) problems.push({ row, ...(column === undefined ? {} : { column }), message });
    return undefined;
  };
  const lines: StatementLine[] = [];
  const balances = new Map<string, Money>();
  const rowOfRef = new Map<string, number>();
  for (const [index, cells] of rows.entries()) {
    const row = index + 2;
    const [type = '', bankRef = '', bookedOn = '', text = '', counterparty = '', words = ''] = cells.map((cell) =>
      cell.trim(),
    );
    const amount =
      readBankAmount(text, currency) ?? bad(row, 'amount', `${text || 'nothing'} is no amount of ${currency}`);
    if (type === 'opening' || type === 'closing') {
      if (balances.has(type)) bad(row, 'type', `there is a second ${type} balance`);
      if (amount !== undefined) balances.set(type, amount);
      continue;
    }
    if (type !== 'line') {
      bad(row, 'type', 'must be opening, line or closing');
      continue;
    }
    if (!/^[\x21-\x7e]{1,100}$/.test(bankRef)) bad(row, 'bank_ref', 'must be 1 to 100 characters without spaces');
    if (!isDay(bookedOn)) bad(row, 'booked_on', 'must be a day of the calendar, like 2026-01-31');
    if (amount?.amount === 0) bad(row, 'amount', 'a movement cannot be zero');
    const twin = rowOfRef.get(bankRef);
    if (twin !== undefined) bad(row, 'bank_ref', `stands in row ${twin} too`);
    rowOfRef.set(bankRef, row);
    if (amount !== undefined) {
      const line = { counterparty: counterparty.slice(0, TEXT_MAX), text: words.slice(0, TEXT_MAX) };
      lines.push({ row, bankRef, bookedOn, amount, ...line });
    }
  }
  const openingBalance = balances.get('opening') ?? bad(1, undefined, 'there is no row of type opening');
  const closingBalance = balances.get('closing') ?? bad(1, undefined, 'there is no row of type closing');
  if (problems.length > 0 || openingBalance === undefined || closingBalance === undefined)
    return { ok: false, problems };
  // In whole numbers without bound: amounts that can each be counted may come to more than can.
  const sum = lines.reduce((so, { amount }) => so + BigInt(amount.amount), BigInt(openingBalance.amount));
  if (sum !== BigInt(closingBalance.amount)) {
    const come = Number.isSafeInteger(Number(sum))
      ? writeBankAmount(money(Number(sum), currency))
      : 'more than any balance';
    const closing = writeBankAmount(closingBalance);
    bad(1, undefined, `opening balance and movements come to ${come}, the closing balance is ${closing}`);
    return { ok: false, problems };
  }
  return { ok: true, statement: { openingBalance, closingBalance, lines } };
}
