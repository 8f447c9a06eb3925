import assert from 'node:assert/strict';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { pino } from 'pino';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { openServices, type OpenServices } from '../open-services.ts';
import { NOW, openWorld, type World } from '../platforms/testing/open-world.ts';
import { certificateCode } from './certificate-code.ts';
import { signCertificate } from './certificate-token.ts';
import { KEY_SIGNS_DAYS, publishedKeys, rotateSigningKeys, signingKey, TOKEN_VALID_DAYS } from './signing-keys.ts';

const DAY_MS = 86_400_000;
const ISSUER = 'https://parasol.example';
const FACTS = {
  code: 'abc',
  policyId: 'pol_1',
  product: 'rider-day@1',
  productDay: '2026-03-01',
  timeZone: 'Asia/Shanghai',
  state: 'valid',
  mode: 'test',
  windows: [{ from: NOW, to: NOW + 3_600_000 }],
} as const;

describe('signing keys (G24)', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openWorld(database);
  });
  beforeEach(async () => {
    world.clock.set(NOW);
    await world.services.models.signingKeys.deleteMany({});
  });

  /** Another process on the same database, with nothing in memory. */
  const process = (): Promise<OpenServices> =>
    openServices({ config: world.services.config, database, clock: world.clock, log: pino({ level: 'silent' }) });
  const verifierAt = async (services: OpenServices, at: number) => {
    const keys = createLocalJWKSet({ keys: [...(await publishedKeys(services, at))] });
    return (token: string) =>
      jwtVerify(token, keys, { issuer: ISSUER, algorithms: ['EdDSA'], currentDate: new Date(at) });
  };

  it('signs a token that verifies offline and holds no name', async () => {
    const services = await process();
    const { token, expiresAt } = await signCertificate(services, ISSUER, FACTS, NOW);
    const { payload, protectedHeader } = await (await verifierAt(services, NOW))(token);
    assert.deepEqual(payload, {
      iss: ISSUER,
      mode: 'test',
      iat: NOW / 1_000,
      exp: expiresAt / 1_000,
      code: 'abc',
      policy: 'pol_1',
      product: 'rider-day@1',
      day: '2026-03-01',
      zone: 'Asia/Shanghai',
      state: 'valid',
      windows: [['2026-03-01T08:00:00.000Z', '2026-03-01T09:00:00.000Z']],
      asOf: '2026-03-01T08:00:00.000Z',
    });
    assert.equal(protectedHeader.kid, (await publishedKeys(services, NOW))[0]?.kid);
  });

  it('refuses a token that was changed, and one that expired', async () => {
    const services = await process();
    const { token, expiresAt } = await signCertificate(services, ISSUER, FACTS, NOW);
    const [head, body, signature] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...FACTS, iss: ISSUER })).toString('base64url');
    const verify = await verifierAt(services, NOW);
    assert.notEqual(forged, body);
    await assert.rejects(verify(`${head}.${forged}.${signature}`), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
    await (
      await verifierAt(services, expiresAt - 1_000)
    )(token);
    await assert.rejects((await verifierAt(services, expiresAt))(token), { code: 'ERR_JWT_EXPIRED' });
  });

  it('publishes no private half, and keeps none in the clear', async () => {
    const services = await process();
    await signingKey(services, NOW);
    const [published] = await publishedKeys(services, NOW);
    assert.deepEqual(Object.keys(published ?? {}).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    const [stored] = await services.models.signingKeys.find().lean();
    assert.ok(stored && !('d' in stored.publicJwk) && !stored.wrappedPrivateJwk.includes('"d"'));
  });

  it('settles on one key for all processes, also when they start at once', async () => {
    const processes = await Promise.all(Array.from({ length: 8 }, process));
    const tokens = await Promise.all(processes.map((services) => signCertificate(services, ISSUER, FACTS, NOW)));
    const verify = await verifierAt(world.services, NOW);
    for (const { token } of tokens) await verify(token);
    const fresh = await Promise.all([process(), process()]);
    const kids = await Promise.all(fresh.map(async (services) => (await signingKey(services, NOW)).kid));
    assert.equal(new Set(kids).size, 1);
  });

  it('rotates: the next key is published before it signs, the last one until its last token expired', async () => {
    const services = await process();
    const first = await signCertificate(services, ISSUER, FACTS, NOW);
    const kidOf = (token: string): unknown => decodeProtectedHeader(token).kid;
    assert.deepEqual(await rotateSigningKeys(services), { removedKeys: 0 });

    const soon = NOW + (KEY_SIGNS_DAYS - 7) * DAY_MS;
    world.clock.set(soon);
    const rotations = await Promise.all(
      [process(), process(), process()].map(async (other) => rotateSigningKeys(await other)),
    );
    assert.ok(rotations.some(({ createdKeyId }) => createdKeyId !== undefined));
    const stillFirst = await signCertificate(services, ISSUER, FACTS, soon);
    assert.equal(kidOf(stillFirst.token), kidOf(first.token));
    assert.ok((await publishedKeys(services, soon)).length >= 2);

    const after = NOW + KEY_SIGNS_DAYS * DAY_MS;
    world.clock.set(after);
    const second = await signCertificate(services, ISSUER, FACTS, after);
    assert.notEqual(kidOf(second.token), kidOf(first.token));
    await (
      await verifierAt(services, after)
    )(stillFirst.token);

    const gone = after + TOKEN_VALID_DAYS * DAY_MS;
    world.clock.set(gone);
    assert.equal((await rotateSigningKeys(services)).removedKeys, 1);
    await (
      await verifierAt(services, second.expiresAt - 1_000)
    )(second.token);
  });

  it('gives a cover one code, however many ask at once: 128 random bits', async () => {
    const codes = await Promise.all(Array.from({ length: 20 }, () => certificateCode(world.services, 'cover-1', NOW)));
    assert.equal(new Set(codes).size, 1);
    assert.match(codes[0] ?? '', /^[0-9a-hjkmnp-tv-z]{26}$/);
    assert.notEqual(await certificateCode(world.services, 'cover-2', NOW), codes[0]);
  });
});
