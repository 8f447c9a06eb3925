import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Refusal } from '../../programs/refusal.ts';
import { decodeCursor, encodeCursor, linkToNext, pageReply } from './paginate.ts';

describe('cursors', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), (text, number) => {
        assert.deepEqual(decodeCursor(encodeCursor([text, number]), ['string', 'number']), [text, number]);
      }),
    );
  });

  const forged: readonly [string, string][] = [
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('hello').toString('base64url')],
    ['an object instead of a text', Buffer.from('[{"$gt":""}]').toString('base64url')],
    ['another type', encodeCursor([5])],
    ['too long', encodeCursor(['a', 'b'])],
    ['too short', encodeCursor([])],
  ];
  for (const [name, text] of forged) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => decodeCursor(text, ['string']),
        (error) => error instanceof Refusal && error.code === 'cursor_invalid',
      );
    });
  }
});

it('a cursor beyond the last date is refused', () => {
  for (const number of [1e300, -8.64e15 - 1, 1.5]) {
    assert.throws(
      () => decodeCursor(encodeCursor([number, 'x']), ['number', 'string']),
      (error) => error instanceof Refusal && error.code === 'cursor_invalid',
    );
  }
});

describe('pageReply', () => {
  const page = (items: readonly string[]) =>
    pageReply(
      items,
      2,
      (item) => [item],
      (item) => ({ item }),
    );

  it('has no next page when there is not one item too many', () => {
    assert.deepEqual(page(['a', 'b']), {
      status: 200,
      json: { data: [{ item: 'a' }, { item: 'b' }], nextCursor: null },
    });
    assert.deepEqual(page([]).json, { data: [], nextCursor: null });
  });

  it('leads on from the last item shown', () => {
    const reply = page(['a', 'b', 'c']);
    assert.equal(reply.nextCursor, encodeCursor(['b']));
    assert.deepEqual(reply.json, { data: [{ item: 'a' }, { item: 'b' }], nextCursor: encodeCursor(['b']) });
  });
});

describe('linkToNext', () => {
  it('is the same request with another cursor', () => {
    assert.equal(
      linkToNext('https://api.example', '/v1/workers?limit=2&cursor=old', 'new'),
      '<https://api.example/v1/workers?limit=2&cursor=new>; rel="next"',
    );
  });

  it('cannot be led to another host by the request', () => {
    assert.equal(linkToNext('', '//evil.example/v1', 'x').startsWith('</'), true);
  });
});
