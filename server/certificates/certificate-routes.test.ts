import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { at, items, openDoor, pick } from '../covers/testing/open-door.ts';
import { DAY, local, openShifts, report } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { platformActor, registerWorker, workerActor, type World } from '../platforms/testing/open-world.ts';
import { products } from '../../programs/products/catalogue.ts';
import { certificatePdf, type CertificateSheet } from './certificate-pdf.ts';
import { certificateRoutes } from './certificate-routes.ts';
import { printCertificate } from './issue-certificate.ts';

describe('certificates over HTTP (G24)', () => {
  const database = useTestDatabase();
  let world: World;
  let door: Awaited<ReturnType<typeof openDoor>>;
  let coverId: string;
  before(async () => {
    world = await openShifts(database);
    door = await openDoor(world, certificateRoutes);
    await registerWorker(world, 'plt_a', 'rider', { name: '张伟' });
    const { decision } = await report(world, { worker: 'rider', at: local('18:00') });
    coverId = decision.cover?.coverId ?? '';
  });
  beforeEach(() => world.clock.set(local('20:00')));

  const certificate = async () => (await door.get(`/v1/covers/${coverId}/certificate`)).body;
  const check = async (code: unknown, status = 200) =>
    (await door.get(`/v1/certificates/${String(code)}`, status, door.keys.none)).body;

  it('gives a token that verifies offline against the published keys, and names nobody', async () => {
    const body = await certificate();
    const published = await door.get('/.well-known/jwks.json', 200, door.keys.none);
    const keys = items(published.body, 'keys').map((key) => {
      const [kty, crv, x, kid] = pick(key, 'kty', 'crv', 'x', 'kid').map(String);
      return { kty: kty ?? '', crv: crv ?? '', x: x ?? '', kid: kid ?? '' };
    });
    const { payload } = await jwtVerify(String(at(body, 'token')), createLocalJWKSet({ keys }), {
      algorithms: ['EdDSA'],
      currentDate: new Date(local('20:00')),
    });
    assert.deepEqual(
      [payload.code, payload.policy, payload.day, payload.state],
      [at(body, 'code'), 'pol_a', DAY, 'valid'],
    );
    assert.deepEqual(payload.windows, [['2026-03-01T10:00:00.000Z', '2026-03-02T02:15:00.000Z']]);
    for (const text of [JSON.stringify(payload), JSON.stringify(body)]) assert.ok(!text.includes('张'));
  });

  it('says that it is of test data, on the sheet, in the token and to whoever checks it', async () => {
    const body = await certificate();
    const claims: unknown = decodeJwt(String(at(body, 'token')));
    assert.deepEqual(
      [at(body, 'mode'), at(claims, 'mode'), at(await check(at(body, 'code')), 'mode')],
      Array(3).fill('test'),
    );
    const sheet = async () =>
      lettersOf((await printCertificate(world.services, { actor: platformActor('plt_a'), coverId })).content);
    assert.ok((await sheet()).has('测'));
    const setMode = (mode: 'test' | 'live') =>
      world.services.models.platforms.updateOne({ _id: 'plt_a' }, { $set: { mode } });
    await setMode('live');
    assert.equal(at(await check(at(body, 'code')), 'mode'), 'live');
    assert.ok(!(await sheet()).has('测'));
    await setMode('test');
  });

  it('keeps its code, whoever asks again', async () => {
    assert.equal(at(await certificate(), 'code'), at(await certificate(), 'code'));
  });

  it('shows a stranger validity, product, day and windows, and of the name the beginning; writes the look down', async () => {
    const code = at(await certificate(), 'code');
    const body = await check(code);
    assert.deepEqual(pick(body, 'valid', 'state', 'product.ref', 'productDay', 'insured.name'), [
      true,
      'valid',
      'rider-day@1',
      DAY,
      '张**',
    ]);
    const allowed = [
      'code',
      'state',
      'mode',
      'product',
      'productDay',
      'timeZone',
      'windows',
      'valid',
      'checkedAt',
      'insured',
    ];
    assert.ok(typeof body === 'object' && body !== null);
    assert.deepEqual(Object.keys(body).sort(), allowed.sort());
    assert.equal(await world.services.models.disclosures.countDocuments({ basis: 'public_code', reader: 'public' }), 1);

    await report(world, { type: 'shift.ended', worker: 'rider', at: local('21:00') });
    world.clock.set(local('01:29', '2026-03-02'));
    assert.deepEqual(pick(await check(code), 'valid', 'state'), [true, 'valid']);
    world.clock.set(local('01:30', '2026-03-02'));
    assert.deepEqual(pick(await check(code), 'valid', 'state'), [false, 'ended']);
  });

  it('says not_live of a reserved cover without a start', async () => {
    const { decision, eventId } = await report(world, { worker: 'ghost', at: local('18:00') });
    world.clock.set(local('20:00'));
    const { body } = await door.get(`/v1/covers/${decision.cover?.coverId}/certificate`);
    assert.equal(at(body, 'state'), 'valid');
    await world.services.models.shiftEvents.deleteOne({ _id: eventId });
    assert.deepEqual(pick(await check(at(body, 'code')), 'valid', 'state', 'insured.name'), [false, 'not_live', null]);
  });

  it('answers unknown codes and foreign covers as not found', async () => {
    assert.equal(at(await check('0123456789abcdefghjkmnpqrs', 404), 'code'), 'certificate_not_found');
    for (const path of ['certificate', 'certificate.pdf']) {
      const { body } = await door.get(`/v1/covers/${coverId}/${path}`, 404, door.keys.b);
      assert.equal(at(body, 'code'), 'cover_not_found');
    }
  });

  it('prints one page: Latin and Chinese letters from an embedded font, the same bytes for the same moment', async () => {
    const { headers } = await door.get(`/v1/covers/${coverId}/certificate.pdf`);
    assert.equal(headers['content-type'], 'application/pdf');
    const input = { actor: platformActor('plt_a'), coverId };
    const { content, fileName } = await printCertificate(world.services, input);
    assert.equal(fileName, `certificate-${DAY}.pdf`);
    assert.equal(pageCount(content), 1);
    assert.deepEqual((await printCertificate(world.services, input)).content.length, content.length);
    const shown = lettersOf(content);
    for (const letter of '保障凭证骑手日有效张Certificateofcover*') assert.ok(shown.has(letter), `shows ${letter}`);
    assert.ok(!shown.has('伟'), 'the name is masked');
  });

  it('prints the whole name for the worker alone', async () => {
    const worker = await world.services.models.workers.findOne({ externalId: 'rider' }).lean();
    assert.ok(worker);
    const { content } = await printCertificate(world.services, { actor: workerActor(worker), coverId });
    assert.ok(lettersOf(content).has('伟'));
  });

  it('has room for all terms of every product, with many windows, and is deterministic', async () => {
    const asOf = local('20:00');
    const windows = Array.from({ length: 40 }, (_, i) => ({
      from: asOf + i * 3_000_000,
      to: asOf + i * 3_000_000 + 60_000,
    }));
    for (const terms of products()) {
      const sheet: CertificateSheet = {
        code: '0123456789abcdefghjkmnpqrs',
        checkUrl: 'https://parasol.example/v1/certificates/0123456789abcdefghjkmnpqrs',
        token: 'e'.repeat(1_500),
        state: 'valid',
        mode: 'test',
        asOf,
        expiresAt: asOf,
        terms,
        productDay: DAY,
        day: { from: asOf, to: asOf + 86_400_000 },
        timeZone: 'Asia/Shanghai',
        windows,
        policyId: 'pol_a',
        policyholder: '示例配送有限公司 '.repeat(6),
        carrier: '示例财产保险股份有限公司 '.repeat(4),
        insured: 'Maximiliana Featherstonehaugh-Cholmondeley of Somewhere Else (wrk_0123456789abcdefghjkmnpqrs)',
      };
      const content = await certificatePdf(sheet);
      assert.equal(pageCount(content), 1, terms.productId);
      assert.ok(content.equals(await certificatePdf(sheet)), terms.productId);
    }
  });
});

const pageCount = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;

/** The letters that the embedded fonts' ToUnicode maps name. */
function lettersOf(pdf: Buffer): ReadonlySet<string> {
  const letters = new Set<string>();
  const text = pdf.toString('latin1');
  for (const match of text.matchAll(/\/FlateDecode[^>]*>>\s*stream\r?\n/g)) {
    const start = match.index + match[0].length;
    const plain = inflateSync(pdf.subarray(start, text.indexOf('endstream', start))).toString('latin1');
    if (!plain.includes('beginbfrange')) continue;
    for (const [, hex = ''] of plain.matchAll(/<([0-9a-f]{4})>/g)) letters.add(String.fromCodePoint(parseInt(hex, 16)));
  }
  return letters;
}
