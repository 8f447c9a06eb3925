import { isDay } from '../calendar.ts';
import { accountTerms, currencyOf } from './chart.ts';
import { TRANSFER_KINDS } from './transfer-kinds.ts';
import type { DirectTransfer, NewTransfer, ResolvingTransfer } from './transfer.ts';

const ID = /^[\x21-\x7e]{1,200}$/;

/**
 * Throws a RangeError for transfers that no caller may make: a bad id or day, an amount that is no positive safe integer
 * (M1), an account outside the chart, two currencies, money moved to where it came from, the same id twice. All bugs.
 */
export function checkTransfers(transfers: readonly NewTransfer[]): void {
  const ids = new Set<string>();
  for (const transfer of transfers) {
    const { id, kind, effectiveOn } = transfer;
    if (!ID.test(id)) fail(id, 'its id is not 1 to 200 printable characters without spaces');
    if (ids.has(id)) fail(id, 'its id stands twice in one unit');
    ids.add(id);
    if (!Object.hasOwn(TRANSFER_KINDS, kind)) fail(id, `${kind} is no kind of transfer`);
    if (!isDay(effectiveOn)) fail(id, `${effectiveOn} is no day`);
    if ('resolves' in transfer) checkResolving(transfer);
    else checkDirect(transfer);
  }
}

function checkDirect({ id, type, debit, credit, amount, expiresAt }: DirectTransfer): void {
  for (const account of [debit, credit]) {
    if (accountTerms(account) === undefined) fail(id, `${account} is no account of the chart`);
  }
  if (debit === credit) fail(id, `it moves money from ${debit} to itself`);
  if (currencyOf(debit) !== currencyOf(credit)) fail(id, `${debit} and ${credit} hold different currencies`);
  checkAmount(id, amount);
  if (expiresAt === undefined) return;
  if (type !== 'pending') fail(id, 'only a pending transfer expires');
  if (!Number.isSafeInteger(expiresAt)) fail(id, `${expiresAt} is no instant`);
}

function checkResolving({ id, type, resolves, amount }: ResolvingTransfer): void {
  if (!ID.test(resolves) || resolves === id) fail(id, `${resolves} cannot be what it resolves`);
  if (amount === undefined) return;
  if (type !== 'post') fail(id, `a transfer of type ${type} has no amount of its own`);
  checkAmount(id, amount);
}

function checkAmount(id: string, amount: number): void {
  if (!Number.isSafeInteger(amount) || amount <= 0) fail(id, `${amount} is no whole amount above zero`);
}

function fail(id: string, why: string): never {
  throw new RangeError(`Transfer ${id} cannot be made: ${why}.`);
}
