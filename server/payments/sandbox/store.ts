import type { TableName, Tables } from './rows.ts';
import { isTableName, TABLES } from './rows.ts';
import { Table } from './table.ts';

/** One row as it now is, or its removal: what the journal holds and replays. */
export type Change = readonly [table: TableName, id: string, row: Tables[TableName] | null];

type AllTables = { readonly [T in TableName]: Table<Tables[T]> };

/**
 * All that the sandbox knows. Rows are never changed in place: `put` replaces them. Everything between two changes of the
 * journal happens inside `attempt`, whole or not at all.
 */
export class Store {
  readonly #tables = makeTables();
  #undo: (() => void)[] = [];
  #changed = new Map<string, Change>();

  get<T extends TableName>(table: T, id: string): Tables[T] | undefined {
    return this.#tables[table].get(id);
  }

  /** Rows in order of creation, oldest first; with `index` only those filed under `key`. Not a copy: do not keep it. */
  list<T extends TableName>(table: T, index?: string, key?: string): readonly Tables[T][] {
    return this.#tables[table].list(index, key);
  }

  /** From the youngest to the oldest, starting after the row `after`; `undefined` as a first answer when it is unknown. */
  backwards<T extends TableName>(
    table: T,
    options: { index?: string; key?: string; after?: string; before?: string },
  ): IterableIterator<Tables[T]> {
    return this.#tables[table].backwards(options);
  }

  size(table: TableName): number {
    return this.#tables[table].size;
  }

  put<T extends TableName>(table: T, row: Tables[T]): Tables[T] {
    this.#undo.push(this.#tables[table].put(row));
    this.#changed.set(`${table}/${row.id}`, [table, row.id, row]);
    return row;
  }

  remove(table: TableName, id: string): void {
    this.#undo.push(this.#tables[table].remove(id));
    this.#changed.set(`${table}/${id}`, [table, id, null]);
  }

  /** Does the work whole: if it throws, nothing of it stays. */
  attempt<R>(work: () => R): R {
    const [undo, changed] = [this.#undo, this.#changed];
    this.#undo = [];
    this.#changed = new Map();
    try {
      const result = work();
      undo.push(...this.#undo);
      for (const [key, change] of this.#changed) changed.set(key, change);
      return result;
    } catch (error) {
      for (const step of this.#undo.reverse()) step();
      throw error;
    } finally {
      this.#undo = undo;
      this.#changed = changed;
    }
  }

  /** What changed since the last call, each row once, as it now is. */
  takeChanges(): Change[] {
    const changes = [...this.#changed.values()];
    this.#changed.clear();
    this.#undo = [];
    for (const table of SHRINKING) this.#tables[table].compact();
    return changes;
  }

  /** Takes changes from a journal, without reporting them again. */
  load(changes: Iterable<Change>): void {
    for (const [table, id, row] of changes) this.#load(table, id, row);
  }

  #load<T extends TableName>(table: T, id: string, row: unknown): void {
    if (row === null) this.#tables[table].remove(id);
    else if (isRowOf(table, id, row)) this.#tables[table].put(row);
    else throw new Error(`The journal holds something of ${table} that is no row: ${id}`);
  }

  /** Everything, for comparing two states. */
  dump(): Record<string, unknown[]> {
    return Object.fromEntries(
      Object.keys(TABLES)
        .filter(isTableName)
        .map((name) => [name, [...this.list(name)]]),
    );
  }
}

/** A row that the journal holds under a table's name was put there by that table. */
function isRowOf<T extends TableName>(_table: T, id: string, row: unknown): row is Tables[T] {
  return typeof row === 'object' && row !== null && 'id' in row && row.id === id;
}

/** Tables whose rows are removed. */
const SHRINKING = ['delivery', 'event', 'idempotency', 'task'] as const;

function makeTables(): AllTables {
  return {
    account: new Table(TABLES.account),
    balance: new Table(TABLES.balance),
    balance_transaction: new Table(TABLES.balance_transaction),
    charge: new Table(TABLES.charge),
    checkout_session: new Table(TABLES.checkout_session),
    credit_note: new Table(TABLES.credit_note),
    customer: new Table(TABLES.customer),
    delivery: new Table(TABLES.delivery),
    dispute: new Table(TABLES.dispute),
    effect: new Table(TABLES.effect),
    event: new Table(TABLES.event),
    idempotency: new Table(TABLES.idempotency),
    invoice: new Table(TABLES.invoice),
    invoice_item: new Table(TABLES.invoice_item),
    invoice_payment: new Table(TABLES.invoice_payment),
    meta: new Table(TABLES.meta),
    outbound_payment: new Table(TABLES.outbound_payment),
    outbound_setup_intent: new Table(TABLES.outbound_setup_intent),
    payment_intent: new Table(TABLES.payment_intent),
    payout_method: new Table(TABLES.payout_method),
    payout_method_detail: new Table(TABLES.payout_method_detail),
    refund: new Table(TABLES.refund),
    session_detail: new Table(TABLES.session_detail),
    task: new Table(TABLES.task),
    transfer: new Table(TABLES.transfer),
    transfer_reversal: new Table(TABLES.transfer_reversal),
  };
}
