import fc from 'fast-check';
import { isRecord } from '../json-schema.ts';

/** Texts that have broken APIs before. */
const NASTY = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'true',
  '$ne',
  '{"$gt":""}',
  '../../etc/passwd',
  "' OR 1=1 --",
  '<script>',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '\u202e',
  'ß',
  '漢字',
  '😀',
  '%',
  '%zz',
  'a/b',
  'a.b',
  '*',
  '[]',
  'x'.repeat(300),
  '2026-03-01',
  '2026-02-30',
  '2026-03-01T08:00:00Z',
  '2026-03-01T08:00:00',
  '9999-12-31T23:59:59Z',
  '0001-01-01T00:00:00+23:59',
  '1e309',
  '9007199254740993',
  'wrk_1',
  'stm_1',
  'cov_1',
  'pol_demo',
  'WyJhIl0',
  'W10',
  'bnVsbA',
] as const;

export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  nastyText,
  fc.integer(),
  fc.constantFrom(null, true, [], {}),
);

/**
 * Values for a JSON Schema of ours: mostly of the right form, so that they get past validation, with something wrong in
 * about one place of eight.
 */
export function arbitraryOf(schema: unknown): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 7, arbitrary: rightForm(schema) }, { weight: 1, arbitrary: anything });
}

function rightForm(schema: unknown): fc.Arbitrary<unknown> {
  if (!isRecord(schema)) return anything;
  const { examples, anyOf, type, pattern } = schema;
  const allowed: readonly unknown[] = Array.isArray(schema.enum) ? schema.enum : [];
  if (allowed.length > 0) return fc.constantFrom(...allowed);
  if (Array.isArray(anyOf) && anyOf.length > 0) return fc.oneof(...anyOf.map(arbitraryOf));
  const shown = Array.isArray(examples) ? examples.map((example: unknown) => fc.constant(example)) : [];
  switch (type) {
    case 'object':
      return fc.oneof(...shown, objectOf(schema));
    case 'array':
      return fc.array(arbitraryOf(schema.items), { maxLength: 4 });
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.oneof(
        ...shown,
        nastyText,
        ...(typeof pattern === 'string' ? [fc.stringMatching(new RegExp(pattern, 'u'))] : []),
      );
    default:
      return anything;
  }
}

function objectOf(schema: Record<string, unknown>): fc.Arbitrary<unknown> {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const keys = Object.keys(properties);
  return fc.record(Object.fromEntries(keys.map((key) => [key, arbitraryOf(properties[key])])), {
    requiredKeys: keys.filter((key) => required.includes(key)),
  });
}

function numberOf({ minimum, maximum }: Record<string, unknown>): fc.Arbitrary<unknown> {
  const min = typeof minimum === 'number' ? minimum : -1_000;
  const max = typeof maximum === 'number' ? maximum : 1_000;
  return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min - 1, max + 1, 0.5, 1e308, Number.MAX_SAFE_INTEGER));
}
