import assert from 'node:assert/strict';
import { Refusal } from '../../programs/refusal.ts';
import { parseMapping, readMappingFile } from './mapping-file.ts';

const good = {
  version: 1,
  timeZone: 'Asia/Kolkata',
  fields: {
    workerId: { column: 'courier' },
    shiftId: { column: 'order' },
    occupationClass: { constant: 'food-delivery' },
    territory: { constant: 'IN' },
  },
  start: { date: { column: 'day', format: 'dd-MM-yyyy' }, time: { column: 'hour', format: 'HH:mm:ss' } },
  end: { startPlusMinutes: 45 },
};

function refusalOf(mapping: unknown): Refusal {
  try {
    parseMapping(typeof mapping === 'string' ? mapping : JSON.stringify(mapping), 'm.yaml');
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  return assert.fail('it was taken');
}

describe('parseMapping', () => {
  it('fills in what may be left out', () => {
    const { csv, text, events } = parseMapping(JSON.stringify(good), 'm.json');
    assert.deepEqual(csv, { delimiter: ',' });
    assert.deepEqual(text, { trim: true, nulls: [] });
    assert.deepEqual(events, { start: 'shift.started', end: 'shift.ended' });
  });

  it('reads the mapping that is kept for the public data set', async () => {
    const mapping = await readMappingFile('scripts/mappings/deliveries.yaml');
    assert.deepEqual(mapping.text, { trim: true, nulls: ['NaN'] });
    assert.deepEqual(mapping.end, { startPlusMinutes: 45 });
  });

  const bad: [why: string, mapping: unknown, says: RegExp][] = [
    ['no YAML', 'a: [1', /neither YAML nor JSON/],
    ['empty', '', /not usable/],
    ['an unknown key', { ...good, colums: {} }, /"colums" is not allowed/],
    ['another version', { ...good, version: 2 }, /version.*must be \[1\]/],
    ['no zone', { ...good, timeZone: 'Asia/Bombai' }, /Asia\/Bombai.*not an IANA time zone/],
    ['no worker', { ...good, fields: { ...good.fields, workerId: undefined } }, /fields\/workerId.*required/],
    [
      'column and constant',
      { ...good, fields: { ...good.fields, territory: { column: 'a', constant: 'b' } } },
      /fields\/territory/,
    ],
    ['an unknown token', { ...good, start: { at: { column: 'a', format: 'DD.MM.yyyy' } } }, /not one of yyyy/],
    [
      'a date without its year',
      { ...good, start: { ...good.start, date: { column: 'day', format: 'dd-MM' } } },
      /lacks the year/,
    ],
    [
      'iso for a date alone',
      { ...good, start: { ...good.start, date: { column: 'day', format: 'iso' } } },
      /iso is for "at"/,
    ],
    ['a date without a time', { ...good, start: { date: good.start.date } }, /start/],
    ['two kinds of end', { ...good, end: { startPlusMinutes: 45, at: { column: 'a', format: 'iso' } } }, /end/],
    ['minutes in a text', { ...good, end: { startPlusMinutes: '45' } }, /must be a number/],
  ];
  for (const [why, mapping, says] of bad) {
    it(`refuses ${why} with a sentence`, () => assert.match(refusalOf(mapping).message, says));
  }

  it('points at every bad place at once', () => {
    const { details } = refusalOf({ ...good, version: 2, timeZone: 'nowhere' });
    assert.deepEqual(
      details.map(({ pointer }) => pointer),
      ['/version', '/timeZone'],
    );
  });

  it('says which file is not there', async () => {
    await assert.rejects(readMappingFile('no/such.yaml'), /no\/such\.yaml cannot be read/);
  });
});
