import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GroupCommit, type LaneItem } from './group-commit.ts';

interface Item extends LaneItem {
  readonly n: number;
}

/** A group commit whose flushes end when the test says so. */
function controlled(options: { flushItemsMax?: number; flushesAtOnce?: number; queueItemsMax?: number } = {}) {
  const flushes: { items: readonly Item[]; end: () => void }[] = [];
  const commit = new GroupCommit<Item>({
    flush: (items) => new Promise((resolve) => flushes.push({ items, end: resolve })),
    flushItemsMax: options.flushItemsMax ?? 100,
    flushesAtOnce: options.flushesAtOnce ?? 1,
    queueItemsMax: options.queueItemsMax ?? 1_000,
  });
  return { commit, flushes };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const items = (lane: string, ...numbers: number[]): Item[] => numbers.map((n) => ({ lane, n }));

describe('group commit', () => {
  it('flushes a lone item at once, and what arrives meanwhile together', async () => {
    const { commit, flushes } = controlled();
    commit.admit(items('a', 1));
    await turn();
    commit.admit(items('b', 2));
    commit.admit(items('c', 3));
    await turn();
    assert.deepEqual(
      flushes.map((flush) => flush.items.map(({ n }) => n)),
      [[1]],
    );
    flushes[0]?.end();
    await turn();
    await turn();
    assert.deepEqual(
      flushes.map((flush) => flush.items.map(({ n }) => n)),
      [[1], [2, 3]],
    );
  });

  it('never has one lane in two flushes at once (G3)', async () => {
    const { commit, flushes } = controlled({ flushesAtOnce: 2 });
    commit.admit(items('a', 1));
    await turn();
    commit.admit([...items('a', 2), ...items('b', 3)]);
    await turn();
    assert.deepEqual(
      flushes.map((flush) => flush.items.map(({ n }) => n)),
      [[1], [3]],
    );
  });

  it('never has one claim in two flushes at once (G12)', async () => {
    const { commit, flushes } = controlled({ flushesAtOnce: 3 });
    const claiming = (lane: string, n: number, claim: string) => ({ lane, n, claim });
    commit.admit([claiming('a', 1, 'shift')]);
    await turn();
    commit.admit([claiming('b', 2, 'shift'), claiming('c', 3, 'other'), claiming('d', 4, 'shift')]);
    await turn();
    const flushed = () => flushes.map((flush) => flush.items.map(({ n }) => n));
    assert.deepEqual(flushed(), [[1], [3]]);
    flushes[0]?.end();
    await turn();
    await turn();
    assert.deepEqual(flushed(), [[1], [3], [2, 4]]);
  });

  it('admits all or none', () => {
    const { commit } = controlled({ queueItemsMax: 3 });
    assert.equal(commit.admit(items('a', 1, 2)), true);
    assert.equal(commit.admit(items('b', 3, 4)), false);
    assert.equal(commit.waiting, 2);
    assert.equal(commit.admit(items('b', 3)), true);
  });

  it('drains', async () => {
    const { commit, flushes } = controlled();
    await commit.drain();
    commit.admit(items('a', 1));
    let drained = false;
    const draining = commit.drain().then(() => (drained = true));
    await turn();
    assert.equal(drained, false);
    flushes[0]?.end();
    await draining;
    assert.equal(drained, true);
  });

  it('flushes everything once, each lane in its order, whatever arrives when', async () => {
    const arrivals = fc.array(fc.array(fc.record({ lane: fc.constantFrom('a', 'b', 'c', 'd') }), { maxLength: 6 }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        async (batches, flushItemsMax, flushesAtOnce) => {
          const seen: Item[] = [];
          const running = new Set<string>();
          const commit = new GroupCommit<Item>({
            flush: async (flushed) => {
              const lanes = new Set(flushed.map(({ lane }) => lane));
              for (const lane of lanes) {
                assert.equal(running.has(lane), false);
                running.add(lane);
              }
              assert.ok(flushed.length <= flushItemsMax);
              await turn();
              seen.push(...flushed);
              for (const lane of lanes) running.delete(lane);
            },
            flushItemsMax,
            flushesAtOnce,
            queueItemsMax: 1_000,
          });
          let n = 0;
          const sent: Item[] = [];
          for (const batch of batches) {
            const admitted = batch.map(({ lane }) => ({ lane, n: n++ }));
            sent.push(...admitted);
            commit.admit(admitted);
            await turn();
          }
          await commit.drain();
          assert.equal(seen.length, sent.length);
          for (const lane of ['a', 'b', 'c', 'd']) {
            assert.deepEqual(
              seen.filter((item) => item.lane === lane).map((item) => item.n),
              sent.filter((item) => item.lane === lane).map((item) => item.n),
            );
          }
          assert.equal(commit.waiting, 0);
        },
      ),
      { numRuns: 50 },
    );
  });
});
