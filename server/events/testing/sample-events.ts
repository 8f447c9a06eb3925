import type { EventDocument, EventAudience } from '../event-model.ts';
import { isRecord } from '../../http/json-schema.ts';
import { audienceKey } from '../event-row.ts';
import { EVENT_SCHEMAS } from '../event-schemas.ts';
import { EVENT_TYPES, type EventType } from '../event-types.ts';

/** Every type, as the table lists them. */
export const ALL_TYPES = Object.keys(EVENT_TYPES).filter((type): type is EventType => Object.hasOwn(EVENT_TYPES, type));

/** Data that fit the schema of a type, every field filled in. */
export function sampleData(type: EventType): Record<string, unknown> {
  const data = sampleOf(EVENT_SCHEMAS[type].describe());
  if (!isRecord(data)) throw new Error(`${type} has no fields.`);
  return data;
}

/** An event as its cause writes it, not yet placed. */
export function sampleEvent(
  changes: Partial<EventDocument> & { readonly audience: EventAudience; readonly aggregateId: string },
): EventDocument {
  const { type = 'worker.linked', sequence = 1, recordedAt = new Date(0), aggregateId, audience } = changes;
  return {
    _id: `evt_${aggregateId.toLowerCase().replaceAll(/[^0-9a-z]/g, '')}${sequence}`,
    type,
    sequence,
    audienceKey: audienceKey(audience),
    occurredAt: recordedAt,
    recordedAt,
    data: sampleData(type),
    unplaced: true,
    ...changes,
  };
}

function sampleOf(described: unknown): unknown {
  if (!isRecord(described)) return undefined;
  const { type, keys, items, allow } = described;
  if (Array.isArray(allow) && allow.length > 0) {
    const allowed: readonly unknown[] = allow;
    return allowed[0];
  }
  if (type === 'number') return 1;
  if (type === 'boolean') return true;
  if (type === 'array') return (Array.isArray(items) ? items : []).map(sampleOf);
  if (type !== 'object') return 'text';
  const fields = isRecord(keys) ? Object.entries(keys) : [];
  return Object.fromEntries(fields.map(([name, field]) => [name, sampleOf(field)]));
}
