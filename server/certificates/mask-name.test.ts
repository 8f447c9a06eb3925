import assert from 'node:assert/strict';
import { maskName } from './mask-name.ts';

describe('maskName', () => {
  for (const [name, masked] of [
    ['张伟', '张**'],
    ['欧阳娜娜', '欧**'],
    ['Ann Mary Smith', 'A** S**'],
    ['  Ann ', 'A**'],
    ['𠮷田', '𠮷**'],
    ['', '**'],
  ] as const) {
    it(`shows "${name}" as "${masked}"`, () => assert.equal(maskName(name), masked));
  }
});
