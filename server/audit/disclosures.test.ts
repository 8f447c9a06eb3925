import assert from 'node:assert/strict';
import type { Disclosure } from './disclosure-log.ts';
import { grantConsent } from '../consents/grant-consent.ts';
import { idMaker } from '../database/ids.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { verifyPerson } from '../people/verify-person.ts';
import {
  NATIONAL_ID,
  NOW,
  openWorld,
  OPERATOR,
  personActor,
  platformActor,
  registerWorker,
  type World,
} from '../platforms/testing/open-world.ts';
import { listDisclosures } from './list-disclosures.ts';
import { openDisclosureLog } from './open-disclosure-log.ts';

const HOUR_MS = 3_600_000;

describe('disclosures', () => {
  const database = useTestDatabase();
  let world: World;

  before(async () => {
    world = await openWorld(database);
  });
  beforeEach(async () => {
    world.clock.set(NOW);
    await world.services.models.disclosures.deleteMany({});
  });

  const a = platformActor('plt_a');
  const b = platformActor('plt_b');
  const read = (changes: Partial<Disclosure> = {}): Disclosure => ({
    workerId: 'wrk_1',
    reader: a,
    purpose: 'cover_check',
    basis: 'own_policy',
    ...changes,
  });
  const openLog = (
    models: Pick<World['services']['models'], 'disclosures'> = world.services.models,
    errors: string[] = [],
  ) =>
    openDisclosureLog(models, world.clock, idMaker(world.clock), {
      error: (_bindings: unknown, message?: string) => errors.push(message ?? ''),
    });
  const rows = () => world.services.models.disclosures.countDocuments();
  /** The model, counting its writes, or failing them. */
  const watched = (onWrite: () => void) => ({
    disclosures: new Proxy(world.services.models.disclosures, {
      get(target, name, receiver) {
        if (name === 'insertMany') onWrite();
        const member: unknown = Reflect.get(target, name, receiver);
        return member;
      },
    }),
  });

  it('writes one row per reader, worker, purpose, basis and hour; a repeat does not reach the database', async () => {
    let writes = 0;
    const log = openLog(watched(() => (writes += 1)));
    await log.record(read());
    await log.record(read());
    log.note(read());
    await log.flush();
    assert.deepEqual([await rows(), writes], [1, 1]);
    for (const change of [{ reader: b }, { workerId: 'wrk_2' }, { purpose: 'covers' }, { basis: 'consent' }] as const) {
      await log.record(read(change));
    }
    assert.equal(await rows(), 5);
    world.clock.advance(HOUR_MS);
    await log.record(read());
    assert.equal(await rows(), 6);
  });

  it('does not write what another process wrote, and writes what is new beside it', async () => {
    await openLog().record(read());
    const log = openLog();
    log.note(read());
    log.note(read({ workerId: 'wrk_2' }));
    await log.flush();
    await log.record(read());
    assert.equal(await rows(), 2);
  });

  it('keeps what it noted when the database fails, and writes it with the next flush', async () => {
    let broken = true;
    const log = openLog(
      watched(() => {
        if (broken) throw new Error('the database is away');
      }),
    );
    log.note(read());
    await assert.rejects(log.flush(), /away/);
    await assert.rejects(log.record(read()), /away/);
    broken = false;
    await log.flush();
    assert.equal(await rows(), 1);
  });

  it('writes more than one batch in one flush', async () => {
    const log = openLog();
    for (let n = 0; n < 2_500; n++) log.note(read({ workerId: `wrk_${n}` }));
    await Promise.all([log.flush(), log.flush()]);
    assert.equal(await rows(), 2_500);
  });

  it('writes by itself soon after', async () => {
    const written = new Promise<void>((resolve) => {
      openLog(watched(resolve)).note(read());
    });
    await written;
  });

  it("shows a person all readings, and a worker's token none that rest on the person's consent", async () => {
    const atA = (await registerWorker(world, 'plt_a', 'r1', { nationalId: NATIONAL_ID })).worker._id;
    const { personId } = await verifyPerson(world.services, { actor: OPERATOR, workerId: atA });
    const expiresAt = NOW + HOUR_MS;
    await grantConsent(world.services, {
      actor: personActor(personId),
      granteePlatformId: 'plt_b',
      purpose: 'cover_check',
      expiresAt,
    });
    const { disclosures } = world.services;
    await disclosures.record(read({ workerId: atA }));
    world.clock.advance(1_000);
    disclosures.note(read({ workerId: atA, reader: b, basis: 'consent' }));
    disclosures.note(read({ workerId: 'wrk_other' }));

    const list = async (actor: Parameters<typeof listDisclosures>[1]['actor'], limit = 10): Promise<string[]> =>
      (await listDisclosures(world.services, { actor, limit })).map(({ reader, basis }) => `${reader} ${basis}`);
    const token = { kind: 'worker', workerId: atA, platformId: 'plt_a', tokenId: 'tok_w' } as const;
    assert.deepEqual(await list(personActor(personId)), ['platform:plt_b consent', 'platform:plt_a own_policy']);
    assert.deepEqual(await list(token), ['platform:plt_a own_policy']);
    assert.deepEqual(await list(personActor('per_nobody')), []);

    const [first, second] = await listDisclosures(world.services, { actor: personActor(personId), limit: 1 });
    const after = { firstAt: first?.firstAt.getTime() ?? 0, id: first?._id ?? '' };
    const next = await listDisclosures(world.services, { actor: personActor(personId), limit: 1, after });
    assert.deepEqual(
      next.map(({ _id }) => _id),
      [second?._id],
    );
  });
});
