import type { Actor } from '../actor.ts';
import type { DisclosureDocument } from './disclosure-model.ts';

export interface Disclosure {
  readonly workerId: string;
  readonly personId?: string;
  readonly reader: Actor;
  readonly purpose: DisclosureDocument['purpose'];
  readonly basis: DisclosureDocument['basis'];
}

/** Who read whose data: one row per reader, worker, purpose and hour, so that repeats cost nothing. */
export interface DisclosureLog {
  /** Durable before it returns: reads of what is not the reader's own (consent, operator, public code). */
  record(disclosure: Disclosure): Promise<void>;
  /** Written within a second, in batches, and at shutdown: a platform reading covers it bought itself. */
  note(disclosure: Disclosure): void;
  flush(): Promise<void>;
}
