import assert from 'node:assert/strict';
import { isSignedInTime } from './signature-bounds.ts';
import { tryAgainAt } from './try-again-at.ts';

const NOW = 1_000_000_000;

describe('isSignedInTime', () => {
  for (const [seconds, inTime] of [
    [-301, false],
    [-300, true],
    [0, true],
    [300, true],
    [301, false],
  ] as const) {
    it(`${seconds} s from now: ${inTime}`, () => assert.equal(isSignedInTime(NOW + seconds * 1_000, NOW), inTime));
  }
});

describe('tryAgainAt', () => {
  for (const [tries, minutes] of [
    [1, 1],
    [2, 2],
    [3, 4],
    [9, 256],
    [10, 360],
    [10_000, 360],
  ] as const) {
    it(`after ${tries} tries: ${minutes} minutes`, () => assert.equal(tryAgainAt(NOW, tries) - NOW, minutes * 60_000));
  }
});
