import type { Instant } from '../calendar.ts';
import { accountTerms, currencyOf, type AccountId } from './chart.ts';
import {
  EMPTY_TOTALS,
  type AccountTotals,
  type DecidedTransfer,
  type HashedTransfer,
  type LedgerState,
  type PendingTransfer,
  type UnitToDecide,
} from './ledger-state.ts';
import type { NewTransfer, ResolvingTransfer } from './transfer.ts';
import { UNIT_REFUSALS, type UnitRefusal, type UnitRefusalCode } from './unit-refusals.ts';

/** What becomes of a unit: all of it, or nothing. */
export type UnitDecision =
  | {
      readonly status: 'committed';
      readonly transfers: readonly DecidedTransfer[];
      /** Of the accounts that it touches, as they are after it. */
      readonly accounts: ReadonlyMap<AccountId, AccountTotals>;
      /** Of the pending transfers that it makes or ends, as they are after it. */
      readonly pending: ReadonlyMap<string, PendingTransfer>;
    }
  | { readonly status: 'replayed' }
  | {
      readonly status: 'refused';
      readonly refusal: UnitRefusal;
      /** It is new, and the ids of the unit's transfers are to stay refused (M2). */
      readonly remember: boolean;
    };

/**
 * Decides a unit of checked transfers (`checkTransfers`) against what is known: whole, or refused with the first reason
 * of `UNIT_REFUSALS`. Limits hold after every single transfer, in the unit's order. The state stays as it is; `applyDecision`
 * moves it on for the unit that comes next. Throws a RangeError when an account's totals leave the safe integers.
 */
export function decideUnit(state: LedgerState, unit: UnitToDecide, now: Instant): UnitDecision {
  const byIds = decideByIds(state, unit);
  if (byIds !== undefined) return byIds;
  if (unit.writesRefusal !== undefined) return refused(unit.writesRefusal);
  const change = new UnitChange(state, unit.id, now);
  for (const hashed of unit.transfers) {
    const refusal = change.add(hashed);
    if (refusal !== undefined) return refused(refusal, true);
  }
  const { transfers, accounts, pending } = change;
  return { status: 'committed', transfers, accounts, pending };
}

/** Makes the state that of after the decision; a refusal changes nothing but what is remembered (M2). */
export function applyDecision(state: LedgerState, unit: UnitToDecide, decision: UnitDecision): void {
  if (decision.status === 'refused' && decision.remember) {
    const { refusal } = decision;
    for (const { transfer, hash } of unit.transfers)
      state.refusals.set(transfer.id, { hash, unitId: unit.id, refusal });
  }
  if (decision.status !== 'committed') return;
  for (const [id, totals] of decision.accounts) state.accounts.set(id, totals);
  for (const [id, pending] of decision.pending) state.pending.set(id, pending);
  for (const { id, hash, unitId } of decision.transfers) state.transfers.set(id, { hash, unitId });
}

/** The same unit again has the same answer, whatever happened since; an id belongs to one content for ever (M2). */
function decideByIds(state: LedgerState, { transfers }: UnitToDecide): UnitDecision | undefined {
  const units = new Set<string>();
  let known = 0;
  for (const { transfer, hash } of transfers) {
    const found = state.transfers.get(transfer.id);
    if (found === undefined) continue;
    if (found.hash !== hash) return reused(transfer.id, 'with other content');
    known += 1;
    units.add(found.unitId);
  }
  const [first] = transfers;
  if (first !== undefined && known > 0) {
    if (known === transfers.length && units.size === 1) return { status: 'replayed' };
    return reused(first.transfer.id, 'in a unit of other transfers');
  }
  const refusals = transfers.flatMap(({ transfer: { id }, hash }) => {
    const found = state.refusals.get(id);
    return found === undefined ? [] : [{ ...found, id, isSame: found.hash === hash }];
  });
  const [one] = refusals;
  if (one === undefined) return undefined;
  const isWhole = refusals.length === transfers.length && refusals.every((each) => each.unitId === one.unitId);
  if (isWhole && refusals.every(({ isSame }) => isSame)) return refused(one.refusal);
  const { code, message } = one.refusal;
  return refused({
    code: 'transfer_id_refused',
    at: one.id,
    message: `${one.id} was refused before: ${code}, ${message}`,
  });
}

const refused = (refusal: UnitRefusal, isNew = false): UnitDecision => ({
  status: 'refused',
  refusal,
  remember: isNew && UNIT_REFUSALS[refusal.code].remembered,
});
const reused = (id: string, how: string): UnitDecision =>
  refused({ code: 'transfer_id_reused', at: id, message: `The id ${id} was used before ${how}.` });

/** What a transfer does, its accounts and amounts known. */
interface Movement {
  readonly debit: AccountId;
  readonly credit: AccountId;
  readonly amount: number;
  /** What was reserved and is no longer. */
  readonly released: number;
  readonly pendingBy: number;
  readonly postedBy: number;
}

/** What a unit would change, transfer by transfer, over a state that it leaves alone. */
class UnitChange {
  readonly transfers: DecidedTransfer[] = [];
  readonly accounts = new Map<AccountId, AccountTotals>();
  readonly pending = new Map<string, PendingTransfer>();
  readonly #state: LedgerState;
  readonly #unitId: string;
  readonly #now: Instant;

  constructor(state: LedgerState, unitId: string, now: Instant) {
    this.#state = state;
    this.#unitId = unitId;
    this.#now = now;
  }

  /** Adds a transfer, or says why the unit cannot be. */
  add(hashed: HashedTransfer): UnitRefusal | undefined {
    const { transfer } = hashed;
    const month = transfer.effectiveOn.slice(0, 7);
    if (this.#state.closedMonths.has(month)) {
      const message = `${month} is closed: ${transfer.id} cannot count to ${transfer.effectiveOn}.`;
      return { code: 'month_closed', at: transfer.id, message };
    }
    if (!('resolves' in transfer)) {
      const { id, debit, credit, amount, expiresAt } = transfer;
      const isPending = transfer.type === 'pending';
      const pendingBy = isPending ? amount : 0;
      const refusal = this.#move(hashed, {
        debit,
        credit,
        amount,
        released: 0,
        pendingBy,
        postedBy: amount - pendingBy,
      });
      if (refusal !== undefined || !isPending) return refusal;
      this.pending.set(id, expiresAt === undefined ? { debit, credit, amount } : { debit, credit, amount, expiresAt });
      return undefined;
    }
    const found = this.pending.get(transfer.resolves) ?? this.#state.pending.get(transfer.resolves);
    const refusal = refuseResolving(transfer, found, this.#now);
    if (refusal !== undefined || found === undefined) return refusal;
    const { debit, credit, amount: released } = found;
    const posted = transfer.type === 'post' ? (transfer.amount ?? released) : 0;
    this.pending.set(transfer.resolves, { ...found, resolvedBy: transfer.id });
    const amount = transfer.type === 'post' ? posted : released;
    return this.#move(hashed, { debit, credit, amount, released, pendingBy: -released, postedBy: posted });
  }

  #move({ transfer, hash }: HashedTransfer, movement: Movement): UnitRefusal | undefined {
    const { debit, credit, amount, released, pendingBy, postedBy } = movement;
    const debited = this.#totals(debit);
    const credited = this.#totals(credit);
    const from: AccountTotals = {
      debitsPending: safe(debited.debitsPending + pendingBy),
      debitsPosted: safe(debited.debitsPosted + postedBy),
      creditsPending: debited.creditsPending,
      creditsPosted: debited.creditsPosted,
      seq: debited.seq + 1,
    };
    const to: AccountTotals = {
      debitsPending: credited.debitsPending,
      debitsPosted: credited.debitsPosted,
      creditsPending: safe(credited.creditsPending + pendingBy),
      creditsPosted: safe(credited.creditsPosted + postedBy),
      seq: credited.seq + 1,
    };
    const growth = pendingBy + postedBy;
    // To end a reservation takes nothing more than it held.
    const refusal =
      growth > 0
        ? (exceedsFunds(transfer.id, debit, from, growth) ?? exceedsFunds(transfer.id, credit, to, growth))
        : undefined;
    if (refusal !== undefined) return refusal;
    this.accounts.set(debit, from);
    this.accounts.set(credit, to);
    this.transfers.push({
      id: transfer.id,
      unitId: this.#unitId,
      hash,
      kind: transfer.kind,
      type: transfer.type,
      debit,
      credit,
      amount,
      currency: currencyOf(debit),
      effectiveOn: transfer.effectiveOn,
      debitSeq: from.seq,
      creditSeq: to.seq,
      ...optionalFacts(transfer, released),
    });
    return undefined;
  }

  #totals(id: AccountId): AccountTotals {
    return this.accounts.get(id) ?? this.#state.accounts.get(id) ?? EMPTY_TOTALS;
  }
}

/** What not every transfer has. */
function optionalFacts(
  transfer: NewTransfer,
  reserved: number,
): Pick<DecidedTransfer, 'resolves' | 'reserved' | 'expiresAt' | 'refs'> | undefined {
  const { type, refs } = transfer;
  const expiresAt = 'resolves' in transfer ? undefined : transfer.expiresAt;
  if (!('resolves' in transfer) && expiresAt === undefined && refs === undefined) return undefined;
  return {
    ...('resolves' in transfer && { resolves: transfer.resolves }),
    ...(type === 'post' && { reserved }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(refs !== undefined && { refs }),
  };
}

function refuseResolving(
  { id, type, resolves, amount }: ResolvingTransfer,
  found: PendingTransfer | undefined,
  now: Instant,
): UnitRefusal | undefined {
  const refusal = (code: UnitRefusalCode, why: string): UnitRefusal => ({ code, at: id, message: `${id}: ${why}.` });
  if (found === undefined) return refusal('pending_not_found', `there is no pending transfer ${resolves}`);
  if (found.resolvedBy !== undefined)
    return refusal('already_resolved', `${resolves} was ended by ${found.resolvedBy}`);
  const isOver = found.expiresAt !== undefined && found.expiresAt <= now;
  if (type === 'expire' && !isOver) return refusal('pending_not_due', `the time of ${resolves} is not over`);
  if (type === 'post' && isOver) return refusal('pending_expired', `the time of ${resolves} is over`);
  if (amount !== undefined && amount > found.amount) {
    return refusal('exceeds_pending', `${amount} is more than the ${found.amount} that ${resolves} reserved`);
  }
  return undefined;
}

/** By how much an account breaks its limit; zero or less when it holds. Pending amounts count (see `AccountLimit`). */
export function overdrawnBy(id: AccountId, totals: AccountTotals): number {
  switch (accountTerms(id)?.limit) {
    case 'debits_within_credits':
      return totals.debitsPending + totals.debitsPosted - totals.creditsPosted;
    case 'credits_within_debits':
      return totals.creditsPending + totals.creditsPosted - totals.debitsPosted;
    case 'none':
    case undefined:
      return 0;
  }
}

function exceedsFunds(id: string, account: AccountId, totals: AccountTotals, growth: number): UnitRefusal | undefined {
  const overdrawn = overdrawnBy(account, totals);
  if (overdrawn <= 0) return undefined;
  const message = `${id}: ${account} has ${growth - overdrawn} left, not ${growth}.`;
  return { code: 'exceeds_funds', at: account, message };
}

function safe(total: number): number {
  if (!Number.isSafeInteger(total)) throw new RangeError(`${total} is beyond what an account can hold exactly`);
  return total;
}
