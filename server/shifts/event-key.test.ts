import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contentHash, EVENT_KEY_LENGTH_MAX, eventKey } from './event-key.ts';
import type { IncomingEvent } from './shift-intake.ts';

const event: IncomingEvent = {
  source: '//platform/shifts',
  id: 'e1',
  type: 'shift.started',
  time: 1_772_352_000_000,
  data: { workerId: 'w1', shiftId: 's1', occupationClass: 'rider', territory: 'CN' },
};

describe('event key (G3)', () => {
  it('fits into what the API takes for one, even of the longest source and id', () => {
    for (const character of ['a', '骑', '\u{1F600}']) {
      const key = eventKey(
        `plt_${'x'.repeat(60)}`,
        character.repeat(300 / character.length),
        character.repeat(200 / character.length),
      );
      assert.ok(key.length <= EVENT_KEY_LENGTH_MAX, `${character} ${key.length}`);
    }
  });

  it('is the same for the same parts, and for no others', () => {
    fc.assert(
      fc.property(fc.tuple(fc.string(), fc.string()), fc.tuple(fc.string(), fc.string()), (a, b) => {
        const same = a[0] === b[0] && a[1] === b[1];
        assert.equal(
          eventKey('plt_1', wellFormed(a[0]), wellFormed(a[1])) ===
            eventKey('plt_1', wellFormed(b[0]), wellFormed(b[1])),
          same,
        );
      }),
    );
    assert.notEqual(eventKey('plt_1', 'a/b', 'c'), eventKey('plt_1', 'a', 'b/c'));
  });

  const wellFormed = (text: string): string => text.toWellFormed();
});

describe('content hash (G3)', () => {
  it('hangs on type, source, id, subject, time and data', () => {
    const changes: readonly Partial<IncomingEvent>[] = [
      { type: 'shift.ended' },
      { source: '//other' },
      { id: 'e2' },
      { subject: 'x' },
      { time: event.time + 1 },
      ...(['workerId', 'shiftId', 'occupationClass', 'territory', 'orderId', 'policyId'] as const).map((key) => ({
        data: { ...event.data, [key]: 'other' },
      })),
      { data: { ...event.data, declaredAge: 30 } },
    ];
    const hashes = [event, ...changes.map((change) => ({ ...event, ...change }))].map(contentHash);
    assert.equal(new Set(hashes).size, changes.length + 1);
  });

  it('does not hang on the order of the keys', () => {
    const { territory, occupationClass, shiftId, workerId } = event.data;
    assert.equal(
      contentHash({ ...event, data: { territory, occupationClass, shiftId, workerId } }),
      contentHash(event),
    );
  });
});
