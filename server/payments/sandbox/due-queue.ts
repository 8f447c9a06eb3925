interface Due {
  readonly dueAt: number;
  readonly id: string;
}

/** What is due first comes first; of two at one moment, the one added first. A binary heap. */
export class DueQueue {
  readonly #heap: (Due & { readonly order: number })[] = [];
  #added = 0;

  get nextAt(): number | undefined {
    return this.#heap[0]?.dueAt;
  }

  add({ dueAt, id }: Due): void {
    const entry = { dueAt, id, order: this.#added++ };
    let at = this.#heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes the first one that is due by then. */
  take(now: number): Due | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueAt > now) return undefined;
    const last = this.#heap.pop();
    if (last === undefined || last === first) return first;
    this.#heap[0] = last;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < this.#heap.length && this.#isBefore(left, least)) least = left;
      if (right < this.#heap.length && this.#isBefore(right, least)) least = right;
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return false;
    return x.dueAt < y.dueAt || (x.dueAt === y.dueAt && x.order < y.order);
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return;
    this.#heap[a] = y;
    this.#heap[b] = x;
  }
}
