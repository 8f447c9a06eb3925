import { pino } from 'pino';
import type { DirectTransfer, ResolvingTransfer } from '../../../programs/ledger/transfer.ts';
import { MovableClock } from '../../clock.ts';
import type { Database } from '../../database/connect.ts';
import type { Ledger, UnitResult } from '../ledger.ts';
import { openLedger } from '../open-ledger.ts';

export const LEDGER_NOW = Date.UTC(2026, 2, 2, 12);
export const WORLD = 'world:test:CNY';
export const FUND = 'program:p1:fund:CNY';
export const POOL = 'program:p1:claims_pool:CNY';
/** What the fund lacks after disputes that took more than it had. */
export const DEFICIT = 'program:p1:deficit:CNY';
export const CASH = 'cash:bank:CNY';

export const isOfProgram = (account: string): boolean => account.startsWith('program:');

/** A ledger over a test database, whose clock is moved by hand. */
export function openTestLedger(database: Database): { ledger: Ledger; clock: MovableClock } {
  const clock = new MovableClock(LEDGER_NOW);
  return { ledger: openLedger({ database, clock, log: pino({ level: 'silent' }) }), clock };
}

/** Pays into the fund, unless told otherwise. */
export const move = (id: string, amount: number, more: Partial<DirectTransfer> = {}): DirectTransfer => ({
  ...{ id, amount, kind: 'payout', type: 'posted', debit: WORLD, credit: FUND, effectiveOn: '2026-03-02' },
  ...more,
});

/** Pays out of the fund. */
export const spend = (id: string, amount: number): DirectTransfer => move(id, amount, { debit: FUND, credit: WORLD });

/** Reserves the fund's money. */
export const reserve = (id: string, amount: number, expiresAt?: number): DirectTransfer => ({
  ...spend(id, amount),
  type: 'pending',
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

export const end = (
  id: string,
  resolves: string,
  type: ResolvingTransfer['type'] = 'post',
  amount?: number,
): ResolvingTransfer => ({
  ...{ id, resolves, type, kind: 'payout', effectiveOn: '2026-03-02' },
  ...(amount === undefined ? {} : { amount }),
});

/** A result in one word. */
export const word = (result: UnitResult | undefined): string =>
  result?.status === 'refused' ? result.code : String(result?.status);
