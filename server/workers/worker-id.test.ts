import assert from 'node:assert/strict';
import fc from 'fast-check';
import { externalIdProblem, workerIdOf } from './worker-id.ts';

describe('workerIdOf', () => {
  it('is the same for the same worker, another for another, and delimits its parts', () => {
    assert.equal(workerIdOf('plt_a', 'rider-7'), workerIdOf('plt_a', 'rider-7'));
    assert.notEqual(workerIdOf('plt_a', 'rider-7'), workerIdOf('plt_b', 'rider-7'));
    assert.notEqual(workerIdOf('a', 'b/c'), workerIdOf('a/b', 'c'));
    assert.match(workerIdOf('plt_a', 'rider-7'), /^wrk_[0-9a-z]{26}$/);
  });
});

describe('externalIdProblem', () => {
  const rows: readonly [externalId: string, problem: RegExp | undefined][] = [
    ['rider-7', undefined],
    ['INDORES13DEL02', undefined],
    ['骑手-七', undefined],
    ['a/b c', undefined],
    ['x'.repeat(128), undefined],
    ['x'.repeat(129), /longer than 128/],
    ['', /empty/],
    [' rider', /space/],
    ['rider\n', /space/],
    ['ri\u0000der', /control/],
    ['ri\ud800der', /Unicode/],
    ['wrk_7', /wrk_/],
    ['me', /reserved/],
    ['..', /reserved/],
    ['13800138000', /phone/],
    ['+86 138-0013-8000', /phone/],
    ['008613800138000', /phone/],
    ['１３８００１３８０００', /phone/],
    ['12800138000', undefined],
    ['138001380001', undefined],
    ['11010519491231002X', /national id/],
    ['11010519491231002x', /national id/],
    ['110105 19491231 002X', /national id/],
    ['110105194912310021', undefined],
    ['440524188001010014', /national id/],
    ['123456789012345678', undefined],
  ];
  for (const [externalId, problem] of rows) {
    it(`${JSON.stringify(externalId.slice(0, 30))} is ${problem === undefined ? 'taken' : `refused: ${problem.source}`}`, () => {
      const said = externalIdProblem(externalId);
      if (problem === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', problem);
    });
  }

  it('refuses a mobile number however it is spaced', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(' ', '-', '', '.'), { minLength: 10, maxLength: 10 }), (gaps) => {
        const spaced = [...'13912345678'].map((digit, at) => digit + (gaps[at] ?? '')).join('');
        assert.match(externalIdProblem(spaced) ?? '', /phone/);
      }),
    );
  });
});
