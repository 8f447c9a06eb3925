import { createHash } from 'node:crypto';

const EMPTY = 0;

/**
 * A map from texts to small whole numbers (0 to 2^32 - 2) in 12 to 24 bytes an entry, whatever the texts' length, so that a
 * million rows fit into a bounded import. Texts are kept as 64 bits of their SHA-256: among a million of them two are taken
 * for one with a chance below one in ten million.
 */
export class CompactMap {
  #high: Uint32Array;
  #low: Uint32Array;
  /** Value + 1; 0 marks a free slot. */
  #values: Uint32Array;
  #size = 0;

  constructor(capacity = 1024) {
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#values = new Uint32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  get(text: string): number | undefined {
    const [high, low] = fingerprint(text);
    const stored = this.#values[this.#slot(high, low)] ?? EMPTY;
    return stored === EMPTY ? undefined : stored - 1;
  }

  has(text: string): boolean {
    return this.get(text) !== undefined;
  }

  /** Answers whether the text is new. */
  set(text: string, value: number): boolean {
    if (this.#size * 3 >= this.#values.length * 2) this.#grow();
    const [high, low] = fingerprint(text);
    const slot = this.#slot(high, low);
    const isNew = this.#values[slot] === EMPTY;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#values[slot] = value + 1;
    if (isNew) this.#size += 1;
    return isNew;
  }

  /** The slot that holds the fingerprint, else the free one where it belongs. */
  #slot(high: number, low: number): number {
    const mask = this.#values.length - 1;
    let slot = low & mask;
    while (this.#values[slot] !== EMPTY && (this.#low[slot] !== low || this.#high[slot] !== high))
      slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [highs, lows, values] = [this.#high, this.#low, this.#values];
    this.#high = new Uint32Array(values.length * 2);
    this.#low = new Uint32Array(values.length * 2);
    this.#values = new Uint32Array(values.length * 2);
    values.forEach((value, at) => {
      if (value === EMPTY) return;
      const [high, low] = [highs[at] ?? 0, lows[at] ?? 0];
      const slot = this.#slot(high, low);
      this.#high[slot] = high;
      this.#low[slot] = low;
      this.#values[slot] = value;
    });
  }
}

/** 32 bits of a text's SHA-256: whether two contents are the same. */
export function contentMark(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0) % 0xffff_fffe;
}

function fingerprint(text: string): [high: number, low: number] {
  const hash = createHash('sha256').update(text).digest();
  return [hash.readUInt32LE(0), hash.readUInt32LE(4)];
}
