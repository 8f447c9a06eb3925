/** Something to be flushed; items of one lane are flushed in order, never two flushes at once (G3). */
export interface LaneItem {
  readonly lane: string;
  /** What items of several lanes may claim: while one is in a flush, others that claim it wait for the next (G12). */
  readonly claim?: string | undefined;
}

export interface GroupCommitOptions<T extends LaneItem> {
  /** Stores the items and answers each of them itself; must never reject. */
  flush(items: readonly T[]): Promise<void>;
  readonly flushItemsMax: number;
  readonly flushesAtOnce: number;
  /** Items that may wait; more are not admitted (G20). */
  readonly queueItemsMax: number;
}

interface Lane<T> {
  readonly key: string;
  readonly items: T[];
}

/**
 * Coalesces concurrent work without a timer: whatever arrives while a flush runs goes out with the next one. An idle
 * queue flushes at once, so a lone caller waits for nobody.
 */
export class GroupCommit<T extends LaneItem> {
  readonly #options: GroupCommitOptions<T>;
  /** Lanes with waiting items or a flush under way. */
  readonly #lanes = new Map<string, Lane<T>>();
  /** Lanes that may be flushed now, in order of arrival. */
  #ready: Lane<T>[] = [];
  /** Claims of the items in running flushes. */
  readonly #claimed = new Set<string>();
  #waiting = 0;
  #running = 0;
  #scheduled = false;
  #drained: (() => void)[] = [];

  constructor(options: GroupCommitOptions<T>) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Admits all items or none; false when the queue has no room for them. */
  admit(items: readonly T[]): boolean {
    if (this.#waiting + items.length > this.#options.queueItemsMax) return false;
    for (const item of items) {
      const lane = this.#lanes.get(item.lane);
      if (lane) {
        lane.items.push(item);
      } else {
        const fresh = { key: item.lane, items: [item] };
        this.#lanes.set(item.lane, fresh);
        this.#ready.push(fresh);
      }
    }
    this.#waiting += items.length;
    this.#schedule();
    return true;
  }

  /** Resolves when nothing waits and nothing runs. */
  async drain(): Promise<void> {
    if (this.#lanes.size === 0) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** Once per turn of the event loop, so that requests read in the same turn share the flush. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#running < this.#options.flushesAtOnce && this.#startFlush());
    });
  }

  /** Takes the lanes that may go, in order of arrival; false when none may. */
  #startFlush(): boolean {
    const taken: Lane<T>[] = [];
    const left: Lane<T>[] = [];
    const items: T[] = [];
    for (const lane of this.#ready) {
      const room = this.#options.flushItemsMax - items.length;
      if (room <= 0 || lane.items.some(({ claim }) => claim !== undefined && this.#claimed.has(claim))) {
        left.push(lane);
      } else {
        items.push(...lane.items.splice(0, room));
        taken.push(lane);
      }
    }
    if (items.length === 0) return false;
    this.#ready = left;
    this.#waiting -= items.length;
    this.#running++;
    const claims = items.flatMap(({ claim }) => claim ?? []);
    for (const claim of claims) this.#claimed.add(claim);
    void this.#options.flush(items).finally(() => this.#finishFlush(taken, claims));
    return true;
  }

  #finishFlush(taken: readonly Lane<T>[], claims: readonly string[]): void {
    this.#running--;
    for (const claim of claims) this.#claimed.delete(claim);
    for (const lane of taken) {
      if (lane.items.length > 0) this.#ready.push(lane);
      else this.#lanes.delete(lane.key);
    }
    if (this.#ready.length > 0) this.#schedule();
    if (this.#lanes.size === 0) {
      for (const resolve of this.#drained) resolve();
      this.#drained = [];
    }
  }
}
