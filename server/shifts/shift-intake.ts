import type { Instant } from '../../programs/calendar.ts';
import type { ShiftEventType } from '../../programs/cover/cover-facts.ts';
import type { Refusal } from '../../programs/refusal.ts';
import type { StoredDecision } from './shift-event-model.ts';

/** A validated event of a platform, before its decision. */
export interface IncomingEvent {
  readonly source: string;
  readonly id: string;
  readonly type: ShiftEventType;
  readonly subject?: string;
  readonly time: Instant;
  readonly data: {
    /** The platform's own id of the worker. */
    readonly workerId: string;
    readonly shiftId: string;
    readonly orderId?: string;
    readonly policyId?: string;
    readonly occupationClass: string;
    readonly territory: string;
    readonly declaredAge?: number;
  };
}

/** What became of one event. */
export type IntakeResult =
  | {
      readonly status: 'accepted' | 'replayed';
      readonly eventId: string;
      readonly workerId: string;
      /** Of the first receipt. */
      readonly receivedAt: Instant;
      readonly decision: StoredDecision;
    }
  /** Nothing stored (G6): event_id_reused, event_too_old, ... */
  | { readonly status: 'rejected'; readonly refusal: Refusal }
  /** May be stored; sending it again is safe (G20). */
  | { readonly status: 'unknown'; readonly refusal: Refusal };

export interface IntakeOptions {
  readonly platformId: string;
  readonly via: 'api' | 'import';
}

/** The group commit of shift events: durable before the answer, many requests to one flush (G3, G20). */
export interface ShiftIntake {
  /**
   * Admits the events whole or not at all (`queue_full`, 503), and answers each, in their order.
   * Concurrent calls share flushes; one worker is in one flush at a time.
   */
  submit(events: readonly IncomingEvent[], options: IntakeOptions): Promise<readonly IntakeResult[]>;
  /** Decides without storing. */
  dryRun(events: readonly IncomingEvent[], options: IntakeOptions): Promise<readonly IntakeResult[]>;
  /** Resolves when nothing waits or runs; for shutdown, after intake stopped. */
  drain(): Promise<void>;
}
