import assert from 'node:assert/strict';
import { EVENT_SCHEMAS } from './event-schemas.ts';
import { EVENT_TYPES } from './event-types.ts';
import { eventExample, eventSchema, renderEvent } from './render-event.ts';
import { ALL_TYPES, sampleData, sampleEvent } from './testing/sample-events.ts';

/** Words of which none may be the name of a field: who somebody is, how they are, why they were treated. */
const PERSONAL =
  /name$|phone|national|birth|gender|address|email|person|diagnos|illness|disease|hospital|treatment|medic|injur|bank|iban|card/i;

const event = (type: (typeof ALL_TYPES)[number], data: Record<string, unknown>) =>
  renderEvent(sampleEvent({ type, data, aggregateId: 'a', audience: { kind: 'operators' } }));

describe('events as they go out', () => {
  for (const type of ALL_TYPES) {
    it(`${type}: everything that is documented, and nothing else at any depth`, () => {
      const documented = sampleData(type);
      const planted = plant(documented);
      assert.notDeepEqual(planted, documented);
      assert.deepEqual(event(type, planted).data, documented);
    });

    it(`${type}: fits what the docs promise`, () => {
      const options = { presence: 'required', convert: false } as const;
      assert.equal(EVENT_SCHEMAS[type].validate(sampleData(type), options).error, undefined);
      assert.equal(eventSchema.validate(event(type, sampleData(type)), options).error, undefined);
    });

    it(`${type}: names no person and no illness`, () => {
      const names = namesIn(sampleData(type)).filter((name) => !isReasonName(type, name));
      assert.deepEqual(
        names.filter((name) => PERSONAL.test(name)),
        [],
      );
      assert.match(EVENT_TYPES[type].what, /^[A-Z].*[^.]$/);
    });
  }

  it('a field of another form is no reason to let the undocumented out, or to tell nothing', () => {
    const { data } = event('worker.linked', { workerId: 17, externalId: 'rider-1', personId: 'per_1' });
    assert.deepEqual(data, { workerId: 17, externalId: 'rider-1' });
  });

  it('shows an example that is true to its schema', () => {
    const { error } = eventSchema.validate(eventExample, { presence: 'required', convert: false });
    assert.equal(error, undefined);
  });
});

/** The numbered reasons of a refused start have a code and a name. */
const isReasonName = (type: string, name: string): boolean => type === 'cover.not_covered' && name === 'name';

/** The same with a field that nobody documented in every object. */
function plant(value: unknown): Record<string, unknown> {
  const planted = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(planted);
    if (typeof inner !== 'object' || inner === null) return inner;
    const fields = Object.entries(inner).map(([name, field]): [string, unknown] => [name, planted(field)]);
    return { ...Object.fromEntries(fields), diagnosis: 'S52.5' };
  };
  return Object.fromEntries(Object.entries(planted(value) ?? {}));
}

function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => [name, ...namesIn(field)]);
}
