import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CompactMap } from './compact-map.ts';

describe('CompactMap', () => {
  it('holds what a Map holds, whatever is set', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.nat(0xffff_fffd))), (entries) => {
        const compact = new CompactMap(4);
        const map = new Map<string, number>();
        for (const [text, value] of entries) {
          assert.equal(compact.set(text, value), !map.has(text));
          map.set(text, value);
        }
        assert.equal(compact.size, map.size);
        for (const [text, value] of map) assert.equal(compact.get(text), value);
        assert.equal(compact.get('not there: \u0000'), undefined);
      }),
    );
  });

  it('grows past a hundred thousand entries', () => {
    const compact = new CompactMap();
    for (let n = 0; n < 100_000; n += 1) compact.set(`cover ${n}`, n);
    assert.equal(compact.size, 100_000);
    assert.equal(compact.get('cover 77777'), 77_777);
    assert.equal(compact.has('cover 100000'), false);
  });
});
