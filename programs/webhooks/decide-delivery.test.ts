import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decideDelivery, decidePause, isAccepted, retryDelayMs, RETRY_WINDOW_MS } from './decide-delivery.ts';
import type { CallAnswer } from './decide-delivery.ts';

const HOUR_MS = 3_600_000;
const answered = (status: number, retryAfterMs?: number): CallAnswer => ({
  kind: 'answered',
  status,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
const FAILED: CallAnswer = { kind: 'failed' };

describe('decideDelivery', () => {
  const table: [answer: CallAnswer, attempt: number, sinceFirstMs: number, outcome: string][] = [
    [answered(200), 1, 0, 'delivered'],
    [answered(204), 9, RETRY_WINDOW_MS * 2, 'delivered'],
    [answered(299), 1, 0, 'delivered'],
    [answered(199), 1, 0, 'retry in 5000'],
    [answered(301), 1, 0, 'retry in 5000'],
    [answered(400), 1, 0, 'retry in 5000'],
    [answered(500), 2, 10_000, 'retry in 20000'],
    [FAILED, 3, 60_000, 'retry in 80000'],
    [FAILED, 20, 60_000, `retry in ${12 * HOUR_MS}`],
    [answered(429, 60_000), 1, 0, 'retry in 60000'],
    [answered(429, 1_000), 1, 0, 'retry in 5000'],
    [answered(503, 90 * HOUR_MS), 1, 0, `retry in ${12 * HOUR_MS}`],
    [FAILED, 12, RETRY_WINDOW_MS - 1_000, 'retry in 1000'],
    [FAILED, 12, RETRY_WINDOW_MS, 'dead'],
    [answered(410), 12, RETRY_WINDOW_MS + 1, 'dead'],
  ];
  for (const [answer, attempt, sinceFirstMs, expected] of table) {
    it(`${JSON.stringify(answer)}, call ${attempt}, ${sinceFirstMs} ms after the first: ${expected}`, () => {
      const now = 1_000_000 + sinceFirstMs;
      const decision = decideDelivery({ answer, attempt, firstAttemptAt: 1_000_000, now, chance: 0.5 });
      const told = decision.outcome === 'retry' ? `retry in ${decision.at - now}` : decision.outcome;
      assert.equal(told, expected);
    });
  }

  it('one that never succeeds is tried some dozen times over three days, the last time at their end', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 40, maxLength: 40 }), (chances) => {
        let now = 0;
        let attempt = 0;
        for (const chance of chances) {
          attempt += 1;
          const decision = decideDelivery({ answer: FAILED, attempt, firstAttemptAt: 0, now, chance });
          if (decision.outcome !== 'retry') break;
          assert.ok(decision.at > now);
          now = decision.at;
        }
        assert.equal(now, RETRY_WINDOW_MS);
        assert.ok(attempt >= 11 && attempt <= 18, `${attempt} calls`);
      }),
    );
  });

  it('spreads what failed together', () => {
    assert.deepEqual([retryDelayMs(1, 0), retryDelayMs(1, 1)], [4_000, 6_000]);
  });
});

describe('decidePause', () => {
  const table: [answer: CallAnswer, sinceMs: number, because: string | undefined][] = [
    [answered(410), 0, 'gone'],
    [answered(500), 0, undefined],
    [answered(500), RETRY_WINDOW_MS - 1, undefined],
    [answered(500), RETRY_WINDOW_MS, 'failing'],
    [FAILED, RETRY_WINDOW_MS, 'failing'],
  ];
  for (const [answer, sinceMs, because] of table) {
    it(`${JSON.stringify(answer)} after ${sinceMs} ms of failures: ${because}`, () => {
      assert.ok(!isAccepted(answer));
      assert.equal(decidePause(answer, { failingSince: 5, now: 5 + sinceMs }), because);
    });
  }
});
