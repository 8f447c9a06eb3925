import assert from 'node:assert/strict';
import Joi from 'joi';
import { Refusal } from '../../programs/refusal.ts';
import { compile, currencyAmount, cursor, identifier, instant, localDay, pageLimit } from './validate.ts';

const accepts = (schema: Joi.Schema, value: unknown): boolean => {
  try {
    compile(Joi.object({ value: schema }), 'body')({ value });
    return true;
  } catch {
    return false;
  }
};

describe('compile', () => {
  const check = compile(
    Joi.object({ a: Joi.number(), b: Joi.object({ 'c/d': Joi.string() }), at: instant.optional() }),
    'body',
  );

  it('demands what is not optional and tells every fault with its JSON pointer', () => {
    assert.throws(
      () => check({ b: { 'c/d': 5 }, e: 1 }),
      (error) => {
        assert.ok(error instanceof Refusal);
        assert.equal(error.code, 'invalid_body');
        assert.deepEqual(
          error.details.map(({ pointer, code }) => [pointer, code]),
          [
            ['/a', 'required'],
            ['/b/c~1d', 'string_base'],
            ['/e', 'unknown_key'],
          ],
        );
        return true;
      },
    );
  });

  it('converts nothing in a body, numbers in a query', () => {
    assert.equal(accepts(Joi.number(), '10'), false);
    const query = compile(Joi.object<{ limit: number }>({ limit: pageLimit }), 'query');
    assert.deepEqual(query({ limit: '10' }), { limit: 10 });
    assert.deepEqual(query({}), { limit: 20 });
    for (const limit of ['0', '101', '1.5', 'x', ['1', '2']]) assert.throws(() => query({ limit }), Refusal);
  });

  it('gives instants as numbers', () => {
    assert.deepEqual(check({ a: 1, b: { 'c/d': 'x' }, at: '2026-03-01T08:00:00+08:00' }), {
      a: 1,
      b: { 'c/d': 'x' },
      at: Date.UTC(2026, 2, 1),
    });
  });

  it('tells at most 50 faults', () => {
    const list = compile(Joi.array().items(Joi.number()), 'body');
    assert.throws(
      () => list(Array.from({ length: 1_000 }, () => 'x')),
      (error) => error instanceof Refusal && error.details.length === 50,
    );
  });
});

describe('the shared rules', () => {
  const rows: readonly [string, Joi.Schema, unknown, boolean][] = [
    ['instant with Z', instant, '2026-03-01T08:00:00Z', true],
    ['instant without offset', instant, '2026-03-01T08:00:00', false],
    ['instant as number', instant, 1_767_225_600_000, false],
    ['day', localDay, '2028-02-29', true],
    ['day that does not exist', localDay, '2026-02-29', false],
    ['the last day that has days after it', localDay, '9998-12-31', true],
    ['day whose next one has five digits', localDay, '9999-12-31', false],
    ['day with time', localDay, '2026-02-28T00:00:00Z', false],
    ['money', currencyAmount, { amount: 300, currency: 'CNY' }, true],
    ['money below zero', currencyAmount, { amount: -300, currency: 'CNY' }, true],
    ['money with a fraction', currencyAmount, { amount: 3.5, currency: 'CNY' }, false],
    ['money beyond what is exact', currencyAmount, { amount: 2 ** 53, currency: 'CNY' }, false],
    ['money in lower case', currencyAmount, { amount: 3, currency: 'cny' }, false],
    ['identifier', identifier, 'wrk_01abc', true],
    ['identifier of another script', identifier, '骑手-7', true],
    ['identifier with a slash', identifier, 'a/b', false],
    ['identifier with a space', identifier, 'a b', false],
    ['identifier of 129', identifier, 'a'.repeat(129), false],
    ['cursor', cursor, 'WyJhIl0', true],
    ['cursor with a dollar', cursor, '$ne', false],
  ];
  for (const [name, schema, value, expected] of rows) {
    it(`${name}: ${expected ? 'yes' : 'no'}`, () => assert.equal(accepts(schema, value), expected));
  }
});
