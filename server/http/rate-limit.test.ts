import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Refusal } from '../../programs/refusal.ts';
import { RateLimit } from './rate-limit.ts';

const T0 = Date.UTC(2026, 2, 1);

describe('RateLimit', () => {
  it('gives a minute of requests at once, then as many as flow back', () => {
    const limit = new RateLimit('caller', 60);
    for (let left = 59; left >= 0; left--) assert.equal(limit.take('a', T0), left);
    assert.throws(
      () => limit.take('a', T0),
      (error) => error instanceof Refusal && error.code === 'rate_limited' && error.retryAfterSeconds === 1,
    );
    assert.throws(() => limit.take('a', T0 + 999));
    assert.equal(limit.take('a', T0 + 1_000), 0);
  });

  it('counts callers apart', () => {
    const limit = new RateLimit('caller', 1);
    limit.take('a', T0);
    assert.equal(limit.isEmpty('a', T0), true);
    assert.equal(limit.isEmpty('b', T0), false);
  });

  it('tells how long to wait: a request a minute is back after a minute', () => {
    const limit = new RateLimit('slow', 1);
    limit.take('a', T0);
    assert.throws(
      () => limit.take('a', T0 + 1),
      (error) => error instanceof Refusal && error.retryAfterSeconds === 60,
    );
    limit.take('a', T0 + 60_000);
  });

  it('is not refilled by a clock that goes back', () => {
    const limit = new RateLimit('caller', 1);
    limit.take('a', T0);
    assert.equal(limit.isEmpty('a', T0 - 600_000), true);
  });

  it('writes its headers as the draft of the IETF has them', () => {
    const limit = new RateLimit('caller', 60);
    assert.equal(limit.policy, '"caller";q=60;w=60');
    assert.equal(limit.header(limit.take('a', T0)), '"caller";r=59;t=1');
  });

  it('never grants more than a bucket and what flowed back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 300 }),
        (perMinute, waits) => {
          const limit = new RateLimit('x', perMinute);
          let now = T0;
          let granted = 0;
          for (const wait of waits) {
            now += wait;
            if (limit.isEmpty('a', now)) continue;
            limit.take('a', now);
            granted += 1;
          }
          assert.ok(granted <= perMinute + ((now - T0) * perMinute) / 60_000);
        },
      ),
    );
  });
});
