import assert from 'node:assert/strict';
import { firstOpenDay, monthAfter } from './months.ts';

describe('firstOpenDay', () => {
  const closed = new Set(['2026-01', '2026-02', '2026-12']);
  const table: [day: string, open: string][] = [
    ['2026-03-02', '2026-03-02'],
    ['2026-02-28', '2026-03-01'],
    ['2026-01-15', '2026-03-01'],
    ['2026-12-31', '2027-01-01'],
    ['2025-12-31', '2025-12-31'],
  ];
  for (const [day, open] of table) it(`${day}: ${open}`, () => assert.equal(firstOpenDay(day, closed), open));

  it('counts months over the year', () =>
    assert.deepEqual(['2026-01', '2026-09', '2026-12'].map(monthAfter), ['2026-02', '2026-10', '2027-01']));
});
