import assert from 'node:assert/strict';
import { coverId, parseCoverId } from './cover-id.ts';

const key = { productDay: '2026-11-22', workerId: 'wrk_a', policyId: 'pol_a' };

describe('cover ids (G4)', () => {
  it('are stored for ever, so their form may not move', () =>
    assert.equal(coverId(key), '2026-11-22.795b.wrk_a.pol_a'));

  it('lead back to the key they were made of', () => assert.deepEqual(parseCoverId(coverId(key)), key));

  for (const bad of [
    '',
    ...['2026-02-30', '2026-99-99', '9999-12-31', '0001-01-01'].map((productDay) => coverId({ ...key, productDay })),
    '2026-11-22.0000.wrk_a.pol_a',
    '2026-11-22.795b.wrk_a',
    '2026-11-22.795b.wrk_a.pol_a.x',
    '2026-11-22.795b..pol_a',
  ]) {
    it(`'${bad}' is none`, () => assert.equal(parseCoverId(bad), undefined));
  }

  it('refuse ids that hold the separator', () => {
    assert.throws(() => coverId({ ...key, workerId: 'a.b' }), RangeError);
    assert.throws(() => coverId({ ...key, policyId: 'a.b' }), RangeError);
  });

  it('spread the workers of a day', () => {
    const hashes = new Set(
      Array.from({ length: 1000 }, (_, n) => coverId({ ...key, workerId: `wrk_${n}` }).split('.')[1]),
    );
    assert.ok(hashes.size > 950, `${hashes.size}`);
  });
});
