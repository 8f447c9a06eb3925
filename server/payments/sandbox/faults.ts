import type { SeededChance } from './seeded-chance.ts';

export type FaultKind = 'timeout' | 'reset' | '500' | '409' | '429' | 'slow';

/** One way in which a call goes wrong. */
export interface FaultRule {
  /** As `routes.ts` names it, e.g. `outbound_payments.create`; `*` at its end stands for the rest, alone for every call. */
  readonly operation: string;
  /** Whether the effect has happened when the caller learns nothing, or something untrue, of it. */
  readonly phase: 'before' | 'after';
  /** `slow` works, and while it runs a twin gets 409. */
  readonly kind: FaultKind;
  /** The next so many calls; absent: for ever. */
  readonly times?: number;
  /** In [0, 1]; absent: 1. */
  readonly probability?: number;
  /** Of `slow`. */
  readonly delayMs?: number;
}

export interface Fault {
  readonly phase: 'before' | 'after';
  readonly kind: FaultKind;
  readonly delayMs: number;
}

const SLOW_MS = 500;

/** The faults that were ordered; the first rule that applies is taken. */
export class Faults {
  #rules: { readonly rule: FaultRule; left: number }[] = [];
  readonly #chance: SeededChance;
  #met = 0;

  constructor(chance: SeededChance) {
    this.#chance = chance;
  }

  /** How many calls met a fault so far. */
  get met(): number {
    return this.#met;
  }

  /** Replaces whatever was ordered before. */
  order(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, left: rule.times ?? Infinity }));
  }

  /** The fault of this call, if any; a counted one is used up. */
  take(operation: string): Fault | undefined {
    for (const entry of this.#rules) {
      const { phase, kind, probability = 1, delayMs = SLOW_MS } = entry.rule;
      if (entry.left <= 0 || !matches(entry.rule.operation, operation)) continue;
      if (probability < 1 && this.#chance.next() >= probability) continue;
      entry.left -= 1;
      this.#met += 1;
      return { phase, kind, delayMs };
    }
    return undefined;
  }
}

function matches(pattern: string, operation: string): boolean {
  return pattern.endsWith('*') ? operation.startsWith(pattern.slice(0, -1)) : pattern === operation;
}
