import type { Breach } from '../../../programs/ledger/invariants.ts';

/** So many are kept: a ledger that is wrong everywhere needs no longer list. */
const KEPT_MAX = 1_000;

/** Gathers breaches, each once, in bounded memory. */
export class BreachLog {
  readonly #kept = new Map<string, Breach>();
  #left = 0;

  add(breaches: Iterable<Breach>): void {
    for (const breach of breaches) {
      const key = breachKey(breach);
      if (this.#kept.has(key)) continue;
      if (this.#kept.size < KEPT_MAX) this.#kept.set(key, breach);
      else this.#left += 1;
    }
  }

  async addAll(breaches: AsyncIterable<Breach>): Promise<void> {
    for await (const breach of breaches) this.add([breach]);
  }

  /** In the order in which they were found. */
  get breaches(): readonly Breach[] {
    return [...this.#kept.values()];
  }

  /** How many more there were. */
  get left(): number {
    return this.#left;
  }
}

/** What tells one breach from another; the message may change while it stays. */
export const breachKey = ({ code, subject }: Breach): string => `${code}:${subject}`;
