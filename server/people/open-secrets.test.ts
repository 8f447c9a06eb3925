import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openSecrets } from './open-secrets.ts';

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const keys = { encryptionKey: keyOf(1), hmacKey: keyOf(2) };

describe('openSecrets', () => {
  const secrets = openSecrets(keys);

  it('gives back what it encrypted, never the same ciphertext twice, never the plain text inside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 5 }), (plain) => {
        const key = secrets.newPersonKey();
        const cipher = secrets.encrypt(key, plain);
        assert.equal(secrets.decrypt(key, cipher), plain);
        assert.notEqual(secrets.encrypt(key, plain), cipher);
        assert.ok(!cipher.includes(plain));
        assert.equal(secrets.unwrap(secrets.wrap(plain)), plain);
      }),
    );
  });

  it("does not open one person's data with another's key, nor changed text, nor a wrapped secret as a field", () => {
    const key = secrets.newPersonKey();
    const cipher = secrets.encrypt(key, '王小明');
    assert.throws(() => secrets.decrypt(secrets.newPersonKey(), cipher));
    const at = cipher.length - 3;
    assert.throws(() =>
      secrets.decrypt(key, cipher.slice(0, at) + (cipher[at] === 'A' ? 'B' : 'A') + cipher.slice(at + 1)),
    );
    assert.throws(() => secrets.decrypt(key, cipher.slice(0, 20)), /cut short/);
    assert.throws(() => secrets.decrypt(key, key), /version/);
    assert.throws(() => secrets.unwrap(cipher), /version/);
  });

  it('opens after a rotation what the previous key wrapped, and wraps with the new one', () => {
    const key = secrets.newPersonKey();
    const cipher = secrets.encrypt(key, 'Anna');
    const rotated = openSecrets({ ...keys, encryptionKey: keyOf(3), previousEncryptionKeys: [keys.encryptionKey] });
    assert.equal(rotated.decrypt(key, cipher), 'Anna');
    assert.notEqual(rotated.newPersonKey().split('.')[1], key.split('.')[1]);
    assert.throws(
      () => openSecrets({ ...keys, encryptionKey: keyOf(3) }).decrypt(key, cipher),
      /No configured encryption key/,
    );
  });

  it('hashes a national id the same however it is written, and otherwise under each key', () => {
    const hash = secrets.nationalIdHash('11010519491231002X');
    assert.equal(secrets.nationalIdHash(' 110105 19491231-002x'), hash);
    assert.notEqual(secrets.nationalIdHash('440524188001010014'), hash);
    assert.notEqual(openSecrets({ ...keys, hmacKey: keyOf(4) }).nationalIdHash('11010519491231002X'), hash);
    assert.notEqual(secrets.sign('national-id', '11010519491231002X'), hash);
    assert.notEqual(secrets.sign('cursor', 'a'), secrets.sign('code', 'a'));
  });

  it('refuses keys that are short, or one key for both', () => {
    assert.throws(() => openSecrets({ ...keys, encryptionKey: 'c2hvcnQ=' }), /32 bytes/);
    assert.throws(() => openSecrets({ encryptionKey: keyOf(1), hmacKey: keyOf(1) }), /different/);
  });
});
