import assert from 'node:assert/strict';
import { Refusal } from '../../programs/refusal.ts';
import { checkIfMatch, etagOf, isUnchanged } from './etag.ts';

describe('etagOf', () => {
  it('is the same for the same version and no other', () => {
    assert.equal(etagOf('wrk_1', 1), etagOf('wrk_1', 1));
    assert.notEqual(etagOf('wrk_1', 1), etagOf('wrk_1', 2));
    assert.notEqual(etagOf('a', 'b'), etagOf('a,b'));
    assert.match(etagOf('x'), /^"[\w-]{22}"$/);
  });
});

describe('checkIfMatch', () => {
  const tag = etagOf('x', 1);
  const rows: readonly [string, Record<string, string>, string | undefined, boolean][] = [
    ['no header', {}, tag, true],
    ['no header, nothing stored', {}, undefined, true],
    ['the current tag', { 'if-match': tag }, tag, true],
    ['one of several', { 'if-match': `"old", ${tag}` }, tag, true],
    ['an old tag', { 'if-match': '"old"' }, tag, false],
    ['a weak tag', { 'if-match': `W/${tag}` }, tag, false],
    ['any, something stored', { 'if-match': '*' }, tag, true],
    ['any, nothing stored', { 'if-match': '*' }, undefined, false],
    ['a tag, nothing stored', { 'if-match': tag }, undefined, false],
    ['only if new, and it is', { 'if-none-match': '*' }, undefined, true],
    ['only if new, and it is not', { 'if-none-match': '*' }, tag, false],
  ];
  for (const [name, headers, current, passes] of rows) {
    it(`${name}: ${passes ? 'goes on' : 'version_moved'}`, () => {
      const check = () => checkIfMatch(headers, current);
      if (passes) check();
      else assert.throws(check, (error) => error instanceof Refusal && error.code === 'version_moved');
    });
  }
});

describe('isUnchanged', () => {
  it('compares weakly', () => {
    assert.equal(isUnchanged({ 'if-none-match': 'W/"a", "b"' }, '"a"'), true);
    assert.equal(isUnchanged({ 'if-none-match': '"c"' }, '"a"'), false);
    assert.equal(isUnchanged({}, '"a"'), false);
  });
});
