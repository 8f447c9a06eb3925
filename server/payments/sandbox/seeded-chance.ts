import { hash } from 'node:crypto';

/** Numbers in [0, 1), always the same ones for the same seed. */
export class SeededChance {
  #state: number;
  constructor(seed: string) {
    this.#state = Number.parseInt(hash('sha256', seed, 'hex').slice(0, 8), 16);
  }
  /** Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}
