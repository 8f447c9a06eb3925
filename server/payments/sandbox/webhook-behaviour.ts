import type { SeededChance } from './seeded-chance.ts';

export type WebhookAction = 'once' | 'twice' | 'late' | 'reordered' | 'lost';

/** How webhooks travel. What nothing says: once and at once. Probabilities are in [0, 1] and must not exceed 1 together. */
export interface WebhookBehaviour {
  readonly twice?: number;
  readonly late?: number;
  readonly reordered?: number;
  readonly lost?: number;
  /** How late a late one is. */
  readonly lateMs?: number;
  /** Within how much time reordered ones change places. */
  readonly reorderWithinMs?: number;
  /** What happens to the very next ones, before any probability. */
  readonly next?: readonly { readonly action: WebhookAction; readonly times: number; readonly type?: string }[];
}

export interface WebhookPlan {
  /** When each copy is due, in ms; none when it is lost. */
  readonly dueAt: readonly number[];
}

const LATE_MS = 60_000;
const REORDER_WITHIN_MS = 2_000;

/** Decides for each event how its webhook travels. */
export class WebhookPlanner {
  #behaviour: WebhookBehaviour = {};
  #next: { action: WebhookAction; times: number; type?: string }[] = [];
  readonly #chance: SeededChance;

  constructor(chance: SeededChance) {
    this.#chance = chance;
  }

  order(behaviour: WebhookBehaviour): void {
    this.#behaviour = behaviour;
    this.#next = (behaviour.next ?? []).map((next) => ({ ...next }));
  }

  plan(type: string, now: number): WebhookPlan {
    const { lateMs = LATE_MS, reorderWithinMs = REORDER_WITHIN_MS } = this.#behaviour;
    switch (this.#ordered(type) ?? this.#drawn()) {
      case 'once':
        return { dueAt: [now] };
      case 'twice':
        return { dueAt: [now, now] };
      case 'late':
        return { dueAt: [now + lateMs] };
      case 'reordered':
        return { dueAt: [now + Math.floor(this.#chance.next() * reorderWithinMs)] };
      case 'lost':
        return { dueAt: [] };
    }
  }

  #ordered(type: string): WebhookAction | undefined {
    const rule = this.#next.find((next) => next.times > 0 && (next.type === undefined || next.type === type));
    if (rule === undefined) return undefined;
    rule.times -= 1;
    return rule.action;
  }

  #drawn(): WebhookAction {
    const { twice = 0, late = 0, reordered = 0, lost = 0 } = this.#behaviour;
    if (twice + late + reordered + lost === 0) return 'once';
    let drawn = this.#chance.next();
    for (const [action, probability] of [
      ['twice', twice],
      ['late', late],
      ['reordered', reordered],
      ['lost', lost],
    ] as const) {
      if (drawn < probability) return action;
      drawn -= probability;
    }
    return 'once';
  }
}
