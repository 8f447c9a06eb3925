import assert from 'node:assert/strict';
import { isChineseId, nationalIdProblem, normaliseNationalId } from './national-id.ts';

describe('national ids', () => {
  for (const [text, normalised] of [
    ['11010519491231002x', '11010519491231002X'],
    [' 110105 19491231-002X ', '11010519491231002X'],
    ['１１０１０５１９４９１２３１００２Ｘ', '11010519491231002X'],
    ['aa–12.3', 'AA123'],
  ] as const) {
    it(`compares "${text}" as ${normalised}`, () => assert.equal(normaliseNationalId(text), normalised));
  }

  for (const [id, valid] of [
    ['11010519491231002X', true],
    ['440524188001010014', true],
    ['110105194912310021', false],
    ['11010519491331002X', false],
    ['1101051949123100', false],
    ['X10105194912310021', false],
  ] as const) {
    it(`${id} is ${valid ? 'one' : 'none'}`, () => assert.equal(isChineseId(id), valid));
  }

  it('counts 29 February in leap years only', () => {
    const valid = (day: string): boolean =>
      '0123456789X'.split('').some((check) => isChineseId(`110105${day}002${check}`));
    assert.deepEqual(
      [valid('20000229'), valid('20040229'), valid('19000229'), valid('20010229')],
      [true, true, false, false],
    );
  });

  for (const [text, problem] of [
    ['AB-1234567', undefined],
    ['12/3456', undefined],
    ['123', /4 to 32/],
    ['1'.repeat(33), /4 to 32/],
    ['<script>', /4 to 32/],
    ['110105194912310021', /typing error/],
  ] as const) {
    it(`${text.slice(0, 20)} ${problem ? 'cannot' : 'can'} be a national id`, () => {
      const said = nationalIdProblem(text);
      if (problem === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', problem);
    });
  }
});
