import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { MovableClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { openServices, type OpenServices } from '../open-services.ts';
import { checkBooks } from '../ledger/books/check-books.ts';
import { reconcileProvider } from '../payments/reconcile-provider.ts';
import { listKeys } from '../platforms/list-keys.ts';
import { exampleCall } from './example-call.ts';
import { seedDemo } from './seed-demo.ts';

const NOW = Date.UTC(2026, 2, 1, 8);

describe('seedDemo', () => {
  const database = useTestDatabase();
  const clock = new MovableClock(NOW);
  let services: OpenServices;
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parasol-demo-'));
    const config = readConfig({ NODE_ENV: 'test', PARASOL_DATA_DIR: folder });
    services = await openServices({ config, database, clock, log: pino({ level: 'silent' }) });
  });
  after(async () => {
    await services.close();
    await rm(folder, { recursive: true });
  });

  it('makes everything once, and gives the same keys again', async () => {
    const first = await seedDemo(services);
    const counts = async () =>
      Promise.all([
        services.models.policyRevisions.countDocuments(),
        services.models.apiKeys.countDocuments(),
        services.models.tokens.countDocuments(),
        services.models.workers.countDocuments(),
        services.models.people.countDocuments(),
        services.models.payees.countDocuments(),
        services.models.transfers.countDocuments(),
      ]);
    const made = await counts();
    const second = await seedDemo(services);
    assert.deepEqual({ ...second, exampleCall: 0 }, { ...first, exampleCall: 0 });
    assert.deepEqual(await counts(), made);
    assert.match(first.platformKey, /^psk_test_/);
    assert.match(first.operatorToken, /^psk_test_/);
    assert.equal((await stat(join(folder, 'demo.json'))).mode & 0o777, 0o600);
  });

  it('has both policies in force, the one for past work allowing declared back-filling', async () => {
    const revisions = await services.policies.revisionsOf('plt_demo');
    const byId = new Map(revisions.map((revision) => [revision.policyId, revision]));
    const rider = byId.get('pol_demo_rider');
    const backfill = byId.get('pol_demo_backfill');
    assert.ok(rider && rider.period.from <= NOW && NOW < rider.period.to && !rider.backFilling);
    assert.ok(backfill?.backFilling);
    assert.equal(new Date(backfill.period.from).toISOString(), '2021-12-31T18:30:00.000Z');
    assert.deepEqual(
      rider.territories.filter((territory) => backfill.territories.includes(territory)),
      [],
    );
  });

  it('has a deposit, a float and a verified payee, and the SANDBOX holds the money that the books say', async () => {
    const { payeeId } = await seedDemo(services);
    const balance = async (id: string) => {
      const account = await services.models.accounts.findById(id).lean();
      return account && account.debitsPosted - account.creditsPosted;
    };
    assert.equal(await balance('platform:plt_demo:deposit:CNY'), -500_00);
    assert.equal(await balance('carrier:car_demo:claims_float:CNY'), -50_000_00);
    assert.equal(await balance('cash:sandbox_bank:CNY'), 0);
    assert.equal(await balance('cash:stripe:CNY'), 50_500_00);
    assert.equal((await services.models.payees.findById(payeeId).lean())?.verifiedBy, 'demo-verifier');

    assert.deepEqual((await checkBooks(services, { full: true })).breaches, []);
    clock.advance(2 * 3_600_000);
    const { found } = await reconcileProvider(services, { now: clock.now(), apply: true });
    assert.deepEqual(found, []);
  });

  it('puts money into the SANDBOX once, though it died before it was booked', async () => {
    const { sandbox } = services.payments;
    assert.ok(sandbox);
    await sandbox.fund({ id: 'tu_demo_opening', amount: { amount: 50_500_00, currency: 'CNY' } });
    assert.deepEqual(await services.payments.stripe?.readBalances(), [{ amount: 50_500_00, currency: 'CNY' }]);
  });

  it('makes a new key where the kept one is lost, without ever being stopped by two live ones', async () => {
    for (let round = 0; round < 3; round += 1) {
      await writeFile(join(folder, 'demo.json'), '{"platformKey":');
      const { platformKey } = await seedDemo(services);
      assert.ok((await readFile(join(folder, 'demo.json'), 'utf8')).includes(platformKey));
    }
    const keys = await listKeys(services, { ownerId: 'plt_demo' });
    assert.equal(keys.filter(({ revokedAt }) => revokedAt === undefined).length, 2);
  });

  it('renews tokens that would end within a day, and keeps the key', async () => {
    const before = await seedDemo(services);
    clock.advance(29.5 * 86_400_000);
    const later = await seedDemo(services);
    assert.equal(later.platformKey, before.platformKey);
    assert.equal(later.operatorToken, before.operatorToken);
    assert.notEqual(later.workerToken, before.workerToken);
    assert.equal(later.personToken, before.personToken);
  });
});

describe('exampleCall', () => {
  const line = exampleCall({
    url: 'http://127.0.0.1:3000',
    platformKey: 'psk_test_x',
    source: '//s',
    externalId: 'rider',
    policyId: 'pol_x',
    occupationClass: 'food-delivery',
    territory: 'CN',
  });

  it('is one shell line whose body is JSON once the shell has filled in the time', () => {
    assert.equal(line.includes('\n'), false);
    const body = /-d '(.*)'$/.exec(line)?.[1] ?? '';
    const filled = body
      .replaceAll(`'$(date +%s)'`, '1')
      .replaceAll(`'$(date -u +%Y-%m-%dT%H:%M:%SZ)'`, '2026-03-01T08:00:00Z');
    const event: unknown = JSON.parse(filled);
    assert.deepEqual(event, {
      specversion: '1.0',
      id: 'demo-1',
      source: '//s',
      type: 'com.parasol.shift.started.v1',
      time: '2026-03-01T08:00:00Z',
      data: {
        workerId: 'rider',
        shiftId: 'shift-1',
        policyId: 'pol_x',
        occupationClass: 'food-delivery',
        territory: 'CN',
      },
    });
  });
});
