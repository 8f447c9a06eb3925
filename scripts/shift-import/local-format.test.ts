import assert from 'node:assert/strict';
import { compileFormat } from './local-format.ts';

function read(pattern: string, text: string) {
  const format = compileFormat(pattern);
  if (typeof format === 'string') assert.fail(format);
  return format.read(text);
}

function refusal(pattern: string): string {
  const format = compileFormat(pattern);
  return typeof format === 'string' ? format : assert.fail(`${pattern} was taken`);
}

describe('compileFormat', () => {
  const good: [pattern: string, text: string, parts: object][] = [
    ['dd-MM-yyyy', '30-03-2022', { day: 30, month: 3, year: 2022 }],
    ['dd-MM-yyyy', '29-02-2024', { day: 29, month: 2, year: 2024 }],
    ['yyyy/M/d', '2022/4/6', { year: 2022, month: 4, day: 6 }],
    ['HH:mm:ss', '00:00:00', { hour: 0, minute: 0, second: 0 }],
    ['H:mm', '7:05', { hour: 7, minute: 5 }],
    ['yyyy-MM-ddTHH:mm', '2022-04-06T23:59', { year: 2022, month: 4, day: 6, hour: 23, minute: 59 }],
    ['(yyyy.MM.dd)', '(2022.04.06)', { year: 2022, month: 4, day: 6 }],
  ];
  for (const [pattern, text, parts] of good) {
    it(`${pattern} reads ${text}`, () => assert.deepEqual(read(pattern, text), parts));
  }

  const bad: [pattern: string, text: string, why: string][] = [
    ['dd-MM-yyyy', '29-02-2022', 'no leap year'],
    ['dd-MM-yyyy', '31-04-2022', 'April has 30 days'],
    ['dd-MM-yyyy', '00-04-2022', 'day 0'],
    ['dd-MM-yyyy', '12-13-2022', 'month 13'],
    ['dd-MM-yyyy', '3-4-2022', 'one digit'],
    ['dd-MM-yyyy', '2022-04-03', 'another order'],
    ['dd-MM-yyyy', '03-04-2022 ', 'a trailing space'],
    ['HH:mm:ss', '24:00:00', 'hour 24'],
    ['HH:mm:ss', '12:60:00', 'minute 60'],
    ['HH:mm:ss', '12:00:60', 'second 60'],
    ['(yyyy.MM.dd)', '(2022x04x06)', 'a dot is a dot'],
  ];
  for (const [pattern, text, why] of bad) {
    it(`${pattern} does not read "${text}": ${why}`, () => assert.equal(read(pattern, text), undefined));
  }

  it('refuses letters that are no token, and a part named twice', () => {
    assert.match(refusal('DD-MM-YYYY'), /"DD-"/);
    assert.match(refusal('dd-MM-yyyy EEE'), /"EEE"/);
    assert.match(refusal('dd-MM-yyyy d'), /names the day twice/);
  });
});
