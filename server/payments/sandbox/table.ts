interface Entry<Row> {
  /** Position in order of creation; never reused. */
  readonly seq: number;
  row: Row;
  live: boolean;
}

type Indexes<Row> = { readonly [name: string]: (row: Row) => string | null };

/**
 * Rows by id, in order of creation, filed under some of their fields. What a row is filed under may come later (`null`
 * until then), but never change.
 */
export class Table<Row extends { readonly id: string }> {
  readonly #entries = new Map<string, Entry<Row>>();
  #order: Entry<Row>[] = [];
  readonly #filed = new Map<string, Entry<Row>[]>();
  readonly #indexes: Indexes<Row>;
  #seq = 0;

  constructor(indexes: Indexes<Row>) {
    this.#indexes = indexes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): Row | undefined {
    return this.#entries.get(id)?.row;
  }

  list(index?: string, key?: string): readonly Row[] {
    return this.#filedUnder(index, key)
      .filter(({ live }) => live)
      .map(({ row }) => row);
  }

  *backwards(options: { index?: string; key?: string; after?: string; before?: string }): IterableIterator<Row> {
    const entries = this.#filedUnder(options.index, options.key);
    const seqOf = (id: string | undefined): number | undefined =>
      id === undefined ? undefined : this.#entries.get(id)?.seq;
    const after = seqOf(options.after);
    const before = seqOf(options.before) ?? -1;
    for (let at = (after === undefined ? entries.length : firstFrom(entries, after)) - 1; at >= 0; at--) {
      const entry = entries[at];
      if (entry === undefined || entry.seq <= before) return;
      if (entry.live) yield entry.row;
    }
  }

  /** Answers what undoes it; undo in the reverse order. */
  put(row: Row): () => void {
    const known = this.#entries.get(row.id);
    if (known !== undefined) {
      const before = known.row;
      known.row = row;
      const late = this.#fileAll(known, (keyOf) => (keyOf(before) === null ? keyOf(row) : null));
      return () => {
        known.row = before;
        for (const list of late) list.pop();
      };
    }
    const entry = { seq: this.#seq++, row, live: true };
    this.#entries.set(row.id, entry);
    this.#order.push(entry);
    const lists = this.#fileAll(entry, (keyOf) => keyOf(row));
    return () => {
      this.#entries.delete(row.id);
      this.#order.pop();
      for (const list of lists) list.pop();
      this.#seq -= 1;
    };
  }

  remove(id: string): () => void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return () => undefined;
    entry.live = false;
    this.#entries.delete(id);
    return () => {
      entry.live = true;
      this.#entries.set(id, entry);
    };
  }

  /** Forgets removed rows. Nothing that was done before may be undone after it. */
  compact(): void {
    if (this.#order.length < 2 * this.#entries.size + 1_000) return;
    this.#order = this.#order.filter(({ live }) => live);
    for (const [key, list] of this.#filed) {
      const rest = list.filter(({ live }) => live);
      if (rest.length === 0) this.#filed.delete(key);
      else this.#filed.set(key, rest);
    }
  }

  /** Files an entry in each index under the key that is answered for it; gives the lists that it now ends. */
  #fileAll(entry: Entry<Row>, keyFor: (keyOf: (row: Row) => string | null) => string | null): Entry<Row>[][] {
    const lists: Entry<Row>[][] = [];
    for (const name in this.#indexes) {
      const keyOf = this.#indexes[name];
      const key = keyOf === undefined ? null : keyFor(keyOf);
      if (key === null) continue;
      const place = `${name}=${key}`;
      let list = this.#filed.get(place);
      if (list === undefined) this.#filed.set(place, (list = []));
      list.push(entry);
      lists.push(list);
    }
    return lists;
  }

  #filedUnder(index: string | undefined, key: string | undefined): readonly Entry<Row>[] {
    if (index === undefined) return this.#order;
    return this.#filed.get(`${index}=${key ?? ''}`) ?? [];
  }
}

/** The first place whose entry is not older than `seq`. */
function firstFrom(entries: readonly { readonly seq: number }[], seq: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.seq ?? Infinity) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
