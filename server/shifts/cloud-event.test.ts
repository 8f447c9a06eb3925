import assert from 'node:assert/strict';
import { Refusal } from '../../programs/refusal.ts';
import { parseCloudEvent } from './cloud-event.ts';

const SOURCE = '//platform/shifts';
const event = {
  specversion: '1.0',
  id: 'e1',
  source: SOURCE,
  type: 'com.parasol.shift.started.v1',
  time: '2026-03-01T08:00:00+08:00',
  data: { workerId: 'w1', shiftId: 's1', occupationClass: 'rider', territory: 'CN' },
};

/** A value that a client could send, and the place of the first fault that it must be told. */
const BAD: readonly (readonly [what: string, value: unknown, pointer: string, code?: string])[] = [
  ['not an object', [], ''],
  ['null', null, ''],
  ['another version', { ...event, specversion: '0.3' }, '/specversion'],
  ['no id', { ...event, id: undefined }, '/id'],
  ['half a surrogate pair in the id', { ...event, id: 'e\ud800' }, '/id'],
  ['half a surrogate pair in the policy', { ...event, data: { ...event.data, policyId: 'p\ud800' } }, '/data/policyId'],
  ['half a surrogate pair in the schema', { ...event, dataschema: 's\udfff' }, '/dataschema'],
  ['an empty id', { ...event, id: '' }, '/id'],
  ['a number for an id', { ...event, id: 7 }, '/id'],
  ['an unknown type', { ...event, type: 'com.parasol.shift.paused.v1' }, '/type'],
  ['a time without an offset', { ...event, time: '2026-03-01T08:00:00' }, '/time'],
  ['a day that does not exist', { ...event, time: '2026-02-30T08:00:00Z' }, '/time'],
  ['a leap second', { ...event, time: '2016-12-31T23:59:60Z' }, '/time'],
  ['no data', { ...event, data: undefined }, '/data'],
  ['unknown data', { ...event, data: { ...event.data, nationalId: '1' } }, '/data/nationalId'],
  ['a fraction for an age', { ...event, data: { ...event.data, declaredAge: 16.5 } }, '/data/declaredAge'],
  ['text for an age', { ...event, data: { ...event.data, declaredAge: '30' } }, '/data/declaredAge'],
  ['a phone for a worker', { ...event, data: { ...event.data, workerId: '13800138000' } }, '/data/workerId'],
  ['our own id for a worker', { ...event, data: { ...event.data, workerId: 'wrk_1' } }, '/data/workerId'],
  ['an order without its id', { ...event, type: 'com.parasol.order.accepted.v1' }, '/data/orderId'],
  ['an attribute that cannot be one', { ...event, 'Trace-Parent': 'x' }, '/Trace-Parent'],
  ["another platform's source", { ...event, source: '//other/shifts' }, '/source', 'source_not_yours'],
];

describe('CloudEvents in', () => {
  it('takes an event, reads its instant, and leaves extension attributes out', () => {
    assert.deepEqual(
      parseCloudEvent({ ...event, subject: 'x', traceparent: '00-1', datacontenttype: 'application/json' }, [SOURCE]),
      {
        id: 'e1',
        source: SOURCE,
        type: 'shift.started',
        subject: 'x',
        time: Date.UTC(2026, 2, 1),
        data: event.data,
      },
    );
  });

  for (const [what, value, pointer, code = 'invalid_body'] of BAD) {
    it(`refuses ${what}, and says where`, () => {
      assert.throws(
        () => parseCloudEvent(value, [SOURCE]),
        (error) => {
          assert.ok(error instanceof Refusal);
          assert.equal(error.code, code);
          assert.equal(error.details[0]?.pointer, pointer);
          return true;
        },
      );
    });
  }
});
