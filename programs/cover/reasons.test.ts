import assert from 'node:assert/strict';
import { REASONS, reasonOf, sortReasons } from './reasons.ts';

describe('reasons', () => {
  it('are numbered once each, ascending, under their own names, in both languages', () => {
    const entries = Object.entries(REASONS);
    const codes = entries.map(([, { code }]) => code);
    assert.deepEqual(codes, [...new Set(codes)].sort());
    for (const [key, { name, code, text }] of entries) {
      assert.equal(key, name);
      assert.match(code, /^C\d\d$/);
      assert.ok(text.en.endsWith('.') && /\p{Script=Han}/u.test(text.zh), name);
    }
  });

  it('are published: a name keeps its code for ever', () => {
    const codes = Object.values(REASONS).map(({ code, name }) => `${code} ${name}`);
    assert.deepEqual(codes.slice(0, 12), [
      'C01 no_policy',
      'C02 unknown_policy',
      'C03 policy_not_in_force',
      'C04 occupation_not_covered',
      'C05 territory_not_covered',
      'C06 several_policies',
      'C07 shift_of_other_worker',
      'C08 age_below',
      'C09 age_above',
      'C10 shift_cancelled',
      'C11 late_and_over',
      'C12 deposit_empty',
    ]);
  });

  it('are found by name alone', () => {
    assert.equal(reasonOf('no_policy')?.code, 'C01');
    assert.equal(reasonOf('C01'), undefined);
    assert.equal(reasonOf('constructor'), undefined);
  });

  it('are sorted by code, each once', () =>
    assert.deepEqual(sortReasons(['age_unknown', 'no_policy', 'age_unknown']), ['no_policy', 'age_unknown']));
});
