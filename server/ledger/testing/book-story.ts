import type { Instant } from '../../../programs/calendar.ts';
import type { TransferKind } from '../../../programs/ledger/transfer-kinds.ts';
import type { DirectTransfer, NewTransfer } from '../../../programs/ledger/transfer.ts';

const DAY_MS = 86_400_000;
export const STORY_START = Date.UTC(2026, 2, 2, 12);

export const WORLD = 'world:opening:CNY';
export const CLEARING = 'stripe:clearing:CNY';
export const CASH = 'cash:stripe:CNY';
export const DEPOSIT = 'platform:plt_a:deposit:CNY';
export const RECEIVABLE = 'policy:pol_1:receivable:CNY';
export const ENVELOPE = 'envelope:env_1:CNY';

export const PROGRAM_FUND = 'program:prg_1:fund:CNY';

const posted = (
  id: string,
  kind: TransferKind,
  [debit, credit]: readonly [string, string],
  amount: number,
): DirectTransfer => ({
  ...{ id, kind, type: 'posted', debit, credit, amount },
  ...{ effectiveOn: '2026-03-02', refs: { story: id } },
});
const pending = (id: string, amount: number, expiresAt?: Instant): DirectTransfer => ({
  ...posted(id, 'payout', [DEPOSIT, CASH], amount),
  type: 'pending',
  ...(expiresAt !== undefined && { expiresAt }),
});
const end = { kind: 'payout', effectiveOn: '2026-03-02' } as const;

const TRANSFERS: readonly NewTransfer[] = [
  posted('open:1', 'opening_balance', [WORLD, DEPOSIT], 100_000),
  posted('open:2', 'opening_balance', [CASH, WORLD], 50_000),
  posted('open:jpy', 'opening_balance', ['world:opening:JPY', 'platform:plt_a:deposit:JPY'], 3_000),
  posted('top:1', 'deposit_topped_up', [CLEARING, DEPOSIT], 20_000),
  posted('top:1:settled', 'clearing_settled', [CASH, CLEARING], 20_000),
  posted('env:1', 'envelope_opened', [DEPOSIT, ENVELOPE], 30_000),
  posted('draw:1', 'envelope_drawn', [ENVELOPE, RECEIVABLE], 12_000),
  pending('pay:1', 5_000),
  pending('pay:2', 7_000),
  pending('pay:3', 9_000, STORY_START + 30 * DAY_MS),
  { id: 'pay:1:post', ...end, type: 'post', resolves: 'pay:1', amount: 4_000 },
  { id: 'pay:2:void', ...end, type: 'void', resolves: 'pay:2' },
  posted('gift:1', 'donation_received', [CLEARING, PROGRAM_FUND], 8_000),
  posted('gift:1:settled', 'clearing_settled', [CASH, CLEARING], 8_000),
  posted('pool:1', 'pool_reserved', [PROGRAM_FUND, 'program:prg_1:claims_pool:CNY'], 3_000),
  posted('spent:1', 'program_spent', ['program:prg_1:claims_pool:CNY', CASH], 1_000),
];

/**
 * A little of everything that a ledger holds, booked a minute apart: cash and a deposit, an envelope drawn upon, money
 * through a clearing account, reserves posted in part, voided and still open, a program's gift, and yen beside yuan.
 */
export const BOOK_STORY: readonly (readonly [NewTransfer, Instant])[] = TRANSFERS.map(
  (transfer, index) => [transfer, STORY_START + index * 60_000] as const,
);
