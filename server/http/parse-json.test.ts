import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Refusal } from '../../programs/refusal.ts';
import { findJsonFault } from './find-json-fault.ts';
import { parseJson } from './parse-json.ts';

const parse = (text: string) => parseJson(Buffer.from(text), 20);

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('parseJson', () => {
  it('parses JSON, also after a byte order mark', () => {
    assert.deepEqual(parse('{"a":[1,null,"x"]}'), { a: [1, null, 'x'] });
    assert.deepEqual(parse('\ufeff[]'), []);
  });

  it('refuses an empty body and what is not UTF-8', () => {
    assert.equal(refusalOf(() => parse('')).code, 'body_missing');
    assert.match(refusalOf(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), 20)).message, /not UTF-8/);
  });

  it('allows 20 levels and refuses 21, with the place', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    parse(nested(20));
    const refusal = refusalOf(() => parse(nested(21)));
    assert.equal(refusal.code, 'json_too_deep');
    assert.equal(refusal.details[0]?.pointer, '/0'.repeat(20));
    assert.equal(refusalOf(() => parse(nested(500_000))).code, 'json_too_deep');
  });

  it('refuses __proto__ wherever it hides', () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"a":[{"\\u005f_proto__":1}]}']) {
      const refusal = refusalOf(() => parse(text));
      assert.equal(refusal.code, 'malformed_json');
      assert.match(refusal.details[0]?.pointer ?? '', /__proto__$/);
    }
  });
});

describe('findJsonFault', () => {
  const faults: readonly [string, number, number, RegExp][] = [
    ['{"a":}', 1, 6, /a value should stand/],
    ['{"a":1,}', 1, 8, /a key in double quotes/],
    ["{'a':1}", 1, 2, /a key in double quotes/],
    ['{"a" 1}', 1, 6, /a colon/],
    ['[1 2]', 1, 4, /a comma or \]/],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, /a comma or \}/],
    ['{"a":"x', 1, 8, /not closed/],
    ['{"a":"x\ny"}', 1, 8, /bad character/],
    ['["\\x"]', 1, 3, /bad character/],
    ['[1,', 1, 4, /the text ends where a value/],
    ['[] x', 1, 4, /after the JSON has ended/],
    ['01', 1, 2, /after the JSON has ended/],
    ['NaN', 1, 1, /a value/],
  ];
  for (const [text, line, column, expected] of faults) {
    it(`${JSON.stringify(text)}: line ${line}, column ${column}`, () => {
      const fault = findJsonFault(text);
      assert.deepEqual([fault.line, fault.column], [line, column]);
      assert.match(fault.expected, expected);
    });
  }

  it('finds a fault no later than the damage, in whatever JSON', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.constantFrom('', '}', ']', '"', ',', ':', '\u0001', 'x'),
        (value, place, damage) => {
          const whole = JSON.stringify(value);
          const at = place % (whole.length + 1);
          const text = whole.slice(0, at) + damage;
          try {
            JSON.parse(text);
          } catch {
            const fault = findJsonFault(text);
            assert.equal(fault.line, 1);
            assert.ok(fault.column >= 1 && fault.column <= text.length + 1);
          }
        },
      ),
    );
  });
});
