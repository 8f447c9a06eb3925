import assert from 'node:assert/strict';
import { localSpan, localTime } from './local-time.ts';

describe('localTime', () => {
  for (const [at, timeZone, text] of [
    ['2026-03-01T10:00:00Z', 'Asia/Shanghai', '2026-03-01 18:00'],
    ['2026-03-01T16:00:00Z', 'Asia/Shanghai', '2026-03-02 00:00'],
    ['2026-03-01T10:00:07.9Z', 'Asia/Shanghai', '2026-03-01 18:00:07'],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', '2026-03-29 03:00'],
    ['2026-03-01T10:00:00Z', 'UTC', '2026-03-01 10:00'],
  ] as const) {
    it(`${at} in ${timeZone} is ${text}`, () => assert.equal(localTime(Date.parse(at), timeZone), text));
  }

  it('says both ends of a span', () => {
    assert.equal(localSpan({ from: 0, to: 60_000 }, 'UTC'), '1970-01-01 00:00 – 1970-01-01 00:01');
  });
});
