import type { Instant } from '../../programs/calendar.ts';
import { deterministicId } from '../database/ids.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { TypedEvent } from './event-data.ts';
import type { EventAudience, EventDocument } from './event-model.ts';
import { EVENT_TYPES } from './event-types.ts';

/** An event to be told; `data` are the fields of its type, and no others (`event-data.ts`). */
export type NewEvent = TypedEvent & NewEventFacts;

interface NewEventFacts {
  readonly aggregateId: string;
  /** The aggregate's own count, kept by its document: 1 for its first event. */
  readonly sequence: number;
  readonly audience: EventAudience;
  readonly occurredAt: Instant;
  /** Now. */
  readonly recordedAt: Instant;
}

/** The row that tells the outside, to be written in the transaction of its cause. The same fact again is the same row. */
export function eventDocument(event: NewEvent): EventDocument {
  const { type, aggregateId, sequence, audience, data } = event;
  return {
    _id: deterministicId('evt', EVENT_TYPES[type].aggregate, aggregateId, String(sequence)),
    type,
    aggregateId,
    sequence,
    audience,
    audienceKey: audienceKey(audience),
    occurredAt: new Date(event.occurredAt),
    recordedAt: new Date(event.recordedAt),
    data: { ...data },
    unplaced: true,
  };
}

/** The same as a write of a ledger unit. */
export function eventWrite(event: NewEvent): UnitWrite {
  return { kind: 'insert_once', collection: 'events', document: { ...eventDocument(event) } };
}

export function audienceKey(audience: EventAudience): string {
  switch (audience.kind) {
    case 'platform':
      return `platform:${audience.platformId}`;
    case 'carrier':
      return `carrier:${audience.carrierId}`;
    case 'operators':
      return 'operators';
  }
}
