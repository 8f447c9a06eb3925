import { checkTransfers } from '../../programs/ledger/check-transfers.ts';
import type { HashedTransfer } from '../../programs/ledger/ledger-state.ts';
import type { LedgerUnit, UnitWrite } from './ledger.ts';
import { hashTransfer } from './transfer-hash.ts';

/** A checked unit, with what it is recognised by. */
export interface PreparedUnit {
  readonly unit: LedgerUnit;
  readonly transfers: readonly HashedTransfer[];
  /** The documents that it would write; units that share one are decided one after the other. */
  readonly keys: readonly string[];
}

const OPERATORS = new Set(['$set', '$unset', '$inc', '$push', '$max']);

/**
 * Checks a unit and hashes its transfers. Throws a RangeError for what no caller may ask (`checkTransfers`); also for a unit
 * that writes one document twice, replaces a document whole, or does nothing at all. All bugs.
 */
export function prepareUnit(unit: LedgerUnit): PreparedUnit {
  checkTransfers(unit.transfers);
  const writes = unit.writes ?? [];
  const keys = new Set<string>();
  for (const write of writes) {
    const key = documentKey(write);
    if (keys.has(key)) throw new RangeError(`Unit ${unit.id} writes ${key} twice.`);
    keys.add(key);
    if (write.kind === 'update') checkUpdate(unit.id, key, write);
  }
  if (unit.transfers.length === 0 && writes.length === 0) throw new RangeError(`Unit ${unit.id} is empty.`);
  const transfers = unit.transfers.map((transfer) => ({ transfer, hash: hashTransfer(transfer) }));
  return { unit, transfers, keys: [...keys] };
}

function checkUpdate(unitId: string, key: string, { guard, update }: Extract<UnitWrite, { kind: 'update' }>): void {
  const operators = Object.keys(update);
  if (operators.length === 0 || !operators.every((operator) => OPERATORS.has(operator))) {
    throw new RangeError(`Unit ${unitId} updates ${key} with other than ${[...OPERATORS].join(', ')}.`);
  }
  for (const [path, value] of Object.entries(guard)) {
    if (path.startsWith('$') || path === '_id' || value === undefined) {
      throw new RangeError(`Unit ${unitId} guards ${key} by ${path}, which is no field with a value.`);
    }
  }
}

const documentKey = (write: UnitWrite): string =>
  `${write.collection}/${write.kind === 'update' ? write.id : write.document._id}`;

/** As many of the units, in their order, as may be decided together: at most `max`, no two that write one document. */
export function takeRound<T extends PreparedUnit>(
  waiting: readonly T[],
  max: number = Number.POSITIVE_INFINITY,
): { readonly taken: T[]; readonly left: T[] } {
  const taken: T[] = [];
  const left: T[] = [];
  const held = new Set<string>();
  for (const [index, each] of waiting.entries()) {
    if (taken.length >= max) return { taken, left: [...left, ...waiting.slice(index)] };
    // Who has to wait holds its documents too: the next in line does not overtake.
    (each.keys.some((key) => held.has(key)) ? left : taken).push(each);
    for (const key of each.keys) held.add(key);
  }
  return { taken, left };
}
