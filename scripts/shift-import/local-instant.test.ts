import assert from 'node:assert/strict';
import { localClock } from './local-instant.ts';

const wall = (text: string): number => Date.parse(`${text}Z`);
const show = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

describe('localClock', () => {
  const rows: [zone: string, local: string, instant: string | undefined, why: string][] = [
    ['Asia/Kolkata', '2022-03-30T20:30:00', '2022-03-30T15:00:00.000Z', 'half an hour beside the others'],
    ['Asia/Kolkata', '2022-03-30T00:15:07', '2022-03-29T18:45:07.000Z', 'the day before in UTC'],
    ['UTC', '2022-01-01T00:00:00', '2022-01-01T00:00:00.000Z', 'no offset'],
    ['Europe/Berlin', '2022-03-27T01:59:59', '2022-03-27T00:59:59.000Z', 'before the gap'],
    ['Europe/Berlin', '2022-03-27T02:00:00', undefined, 'in the gap'],
    ['Europe/Berlin', '2022-03-27T02:59:59', undefined, 'in the gap'],
    ['Europe/Berlin', '2022-03-27T03:00:00', '2022-03-27T01:00:00.000Z', 'after the gap'],
    ['Europe/Berlin', '2022-10-30T02:30:00', '2022-10-30T00:30:00.000Z', 'twice: the first'],
    ['Europe/Berlin', '2022-10-30T03:00:00', '2022-10-30T02:00:00.000Z', 'after the repeated hour'],
    ['Australia/Lord_Howe', '2022-10-02T01:59:00', '2022-10-01T15:29:00.000Z', 'before a gap of half an hour'],
    ['Australia/Lord_Howe', '2022-10-02T02:15:00', undefined, 'in a gap of half an hour'],
    ['Australia/Lord_Howe', '2022-10-02T02:45:00', '2022-10-01T15:45:00.000Z', 'after it, in the same hour'],
  ];
  for (const [zone, local, instant, why] of rows) {
    it(`${zone} ${local} is ${instant ?? 'no instant'}: ${why}`, () => {
      const clock = localClock(zone);
      assert.equal(show(clock(wall(local))), instant);
      assert.equal(show(clock(wall(local))), instant, 'the same from memory');
    });
  }
});
