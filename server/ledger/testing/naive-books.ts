import type { NewTransfer } from '../../../programs/ledger/transfer.ts';
import { UNIT_REFUSALS } from '../../../programs/ledger/unit-refusals.ts';
import type { LedgerUnit } from '../ledger.ts';
import { CASH, DEFICIT, FUND, POOL } from './open-test-ledger.ts';

const LIMITED = [FUND, POOL, CASH];
/** Debits make them more. */
const DEBIT_ACCOUNTS = [CASH, DEFICIT];

/** Money on its way between two accounts: held back, or moved for good. */
interface Flow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  held: number;
  moved: number;
  readonly reserved: number;
  readonly expiresAt: number | undefined;
  readonly isReservation: boolean;
  isOpen: boolean;
}

interface Told {
  readonly unit: string;
  readonly content: string;
  readonly answer: string;
}

/**
 * An independent model of the ledger, slow and simple: no totals, no sequence; every question is answered by adding up all
 * that ever flowed. It knows transfers only, no documents, and closes February.
 */
export class NaiveBooks {
  #flows: Flow[] = [];
  #committed = new Map<string, Told>();
  readonly #refused = new Map<string, Told>();

  /** The answer to a unit in one word. */
  commit(unit: LedgerUnit, now: number): string {
    const known = this.#answerOf(unit);
    if (known !== undefined) return known;
    const before = this.#flows.map((flow) => ({ ...flow }));
    for (const transfer of unit.transfers) {
      const refusal = this.#apply(transfer, now);
      if (refusal === undefined) continue;
      this.#flows = before;
      if (UNIT_REFUSALS[refusal].remembered) this.#tell(this.#refused, unit, refusal);
      return refusal;
    }
    this.#tell(this.#committed, unit, 'replayed');
    return 'committed';
  }

  /** What an account has left, minor units; limits count what is held back as gone and what is on its way as not there. */
  left(account: string): number {
    const [into, out] = DEBIT_ACCOUNTS.includes(account) ? (['from', 'to'] as const) : (['to', 'from'] as const);
    const sum = (side: 'from' | 'to', amount: (flow: Flow) => number) =>
      this.#flows.filter((flow) => flow[side] === account).reduce((total, flow) => total + amount(flow), 0);
    return sum(into, ({ moved }) => moved) - sum(out, ({ moved, held }) => moved + held);
  }

  #answerOf({ transfers }: LedgerUnit): string | undefined {
    for (const [told, otherwise] of [
      [this.#committed, 'transfer_id_reused'],
      [this.#refused, 'transfer_id_refused'],
    ] as const) {
      const found = transfers.map(({ id }) => told.get(id));
      if (found.every((each) => each === undefined)) continue;
      const isSame = transfers.every(
        (transfer, at) => found[at]?.content === contentOf(transfer) && found[at].unit === found[0]?.unit,
      );
      return isSame ? found[0]?.answer : otherwise;
    }
    return undefined;
  }

  #tell(told: Map<string, Told>, { id, transfers }: LedgerUnit, answer: string): void {
    for (const transfer of transfers) told.set(transfer.id, { unit: id, content: contentOf(transfer), answer });
  }

  #apply(transfer: NewTransfer, now: number): keyof typeof UNIT_REFUSALS | undefined {
    if (transfer.effectiveOn.startsWith('2026-02')) return 'month_closed';
    if (!('resolves' in transfer)) {
      const { id, debit: from, credit: to, amount, expiresAt } = transfer;
      const isReservation = transfer.type === 'pending';
      this.#flows.push({
        ...{ id, from, to, expiresAt, isReservation, isOpen: isReservation, reserved: amount },
        ...(isReservation ? { held: amount, moved: 0 } : { held: 0, moved: amount }),
      });
      return LIMITED.some((account) => this.left(account) < 0) ? 'exceeds_funds' : undefined;
    }
    const flow = this.#flows.find(({ id, isReservation }) => id === transfer.resolves && isReservation);
    if (flow === undefined) return 'pending_not_found';
    if (!flow.isOpen) return 'already_resolved';
    const isOver = flow.expiresAt !== undefined && now >= flow.expiresAt;
    if (transfer.type === 'expire' && !isOver) return 'pending_not_due';
    if (transfer.type === 'post' && isOver) return 'pending_expired';
    const moved = transfer.type === 'post' ? (transfer.amount ?? flow.reserved) : 0;
    if (moved > flow.reserved) return 'exceeds_pending';
    Object.assign(flow, { held: 0, moved, isOpen: false });
    return undefined;
  }
}

const contentOf = (transfer: NewTransfer): string => JSON.stringify(Object.entries(transfer).sort());
