import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { erasePerson } from '../people/erase-person.ts';
import { findOrCreatePerson } from '../people/find-or-create-person.ts';
import { verifyPerson } from '../people/verify-person.ts';
import type { ActorOf } from '../actor.ts';
import {
  NATIONAL_ID,
  NOW,
  openWorld,
  OPERATOR,
  outcomesOf,
  refusalOf,
  registerWorker,
  type World,
} from '../platforms/testing/open-world.ts';
import { openPayouts } from '../payouts/open-payouts.ts';
import { finishNotice, listNotices } from './manual-notices.ts';
import { mongoPayeeLookup } from './mongo-payee-lookup.ts';
import { shownAccount } from './payee-account.ts';
import { readPayee } from './read-payees.ts';
import { changePayee, createPayee, type PayeeAccount } from './set-payee.ts';
import { verifyPayee } from './verify-payee.ts';

const person = (operatorId: string): ActorOf<'operator'> => ({ ...OPERATOR, operatorId });
const bank = (accountNumber: string): PayeeAccount => ({
  relation: 'self',
  destination: { kind: 'bank_account', holder: 'Li Na', country: 'CN', bankCode: '102100099996', accountNumber },
  contact: '13800001111',
});

describe('payees', () => {
  const database = useTestDatabase();
  let world: World;
  let personId: string;
  before(async () => {
    world = await openWorld(database);
    personId = await findOrCreatePerson(world.services, { nationalId: NATIONAL_ID, mode: 'test' });
    const { worker } = await registerWorker(world, 'plt_a', 'courier-1', { phone: '13900002222' });
    await verifyPerson(world.services, { actor: OPERATOR, workerId: worker._id, nationalId: NATIONAL_ID });
  });
  beforeEach(async () => {
    world.clock.set(NOW);
    const collections = ['payees', 'payee_versions', 'manual_notices', 'events'];
    await Promise.all(collections.map((name) => database.db.collection(name).deleteMany({})));
  });

  const create = (account: PayeeAccount = bank('6222020200001234'), name?: string, editor = 'opr_editor') =>
    createPayee(world.services, {
      ...{ actor: person(editor), holder: { kind: 'person', id: personId } },
      ...(name === undefined ? {} : { name }),
      ...account,
    });
  const change = (payeeId: string, version: number, account: PayeeAccount) =>
    changePayee(world.services, openPayouts(world.services), {
      actor: person('opr_editor'),
      payeeId,
      version,
      ...account,
    });
  const verify = (payeeId: string, version: number, who = 'opr_a') =>
    verifyPayee(world.services, openPayouts(world.services), {
      ...{ actor: person(who), payeeId, version, method: 'call_back' },
    });

  it('are kept encrypted and shown masked', async () => {
    const payee = await create();
    assert.deepEqual(payee.account, { kind: 'bank_account', masked: '****1234', at: '102100099996' });
    for (const name of ['payees', 'payee_versions', 'manual_notices', 'events']) {
      const text = JSON.stringify(await database.db.collection(name).find().toArray());
      for (const secret of ['6222020200001234', '13800001111', '13900002222', 'Li Na']) {
        assert.ok(!text.includes(secret), `${secret} in ${name}`);
      }
    }
    const short = shownAccount({ kind: 'wallet', scheme: 'wechat', handle: 'lina' });
    assert.deepEqual(short, { kind: 'wallet', masked: '****', at: 'wechat' });
  });

  it('the same again is the same; another account for it is a change', async () => {
    const first = await create();
    assert.equal((await create())._id, first._id);
    await assert.rejects(create(bank('6222020200009999')), refusalOf('payee_exists'));
    assert.notEqual((await create(bank('6222020200009999'), 'second'))._id, first._id);
    const { fulfilled } = await outcomesOf(Array.from({ length: 8 }, () => create(bank('1234567890'), 'race')));
    assert.equal(fulfilled, 8);
    const nobody = { kind: 'person', id: 'per_nobody' } as const;
    const strange = createPayee(world.services, { actor: OPERATOR, holder: nobody, ...bank('1') });
    await assert.rejects(strange, refusalOf('holder_not_found'));
  });

  it('a provider has no id that is somebody else of ours: their money would be held together', async () => {
    for (const id of [personId, 'car_1', 'plt_1', 'wrk_1']) {
      const holder = { kind: 'provider', id } as const;
      const taken = createPayee(world.services, { actor: OPERATOR, holder, ...bank('6222020200001234') });
      await assert.rejects(taken, refusalOf('holder_not_found'));
    }
  });

  it('every change is a version with its editor, told to operators, and to the old contact by a person', async () => {
    const { _id } = await create();
    world.clock.advance(1_000);
    const changed = await change(_id, 1, { ...bank('6222020200005678'), contact: '13700003333' });
    assert.deepEqual([changed.version, changed.account.masked, changed.verifiedAt], [2, '****5678', null]);
    assert.equal((await change(_id, 1, { ...bank('6222020200005678'), contact: '13700003333' })).version, 2);
    await assert.rejects(change(_id, 1, bank('6222020200007777')), refusalOf('version_moved'));
    const events = await world.services.models.events.find({ aggregateId: _id }).sort({ sequence: 1 }).lean();
    assert.deepEqual(
      events.map(({ type, sequence, audienceKey }) => [type, sequence, audienceKey]),
      [
        ['payee.changed', 1, 'operators'],
        ['payee.changed', 2, 'operators'],
      ],
    );
    const notices = await listNotices(world.services, 10);
    assert.deepEqual(
      notices.map(({ contacts }) => contacts),
      [['13900002222'], ['13800001111']],
      'first the phone that the platform knows, then the contact of the version before',
    );
    for (const { noticeId } of notices) {
      await finishNotice(world.services, { actor: OPERATOR, noticeId, how: 'called' });
    }
    assert.deepEqual(await listNotices(world.services, 10), []);
    const missing = finishNotice(world.services, { actor: OPERATOR, noticeId: 'none', how: 'called' });
    await assert.rejects(missing, refusalOf('notice_not_found'));
  });

  it('are verified by somebody else, version by version', async () => {
    const { _id } = await create();
    await assert.rejects(verify(_id, 1, 'opr_editor'), refusalOf('verifier_refused'));
    assert.equal((await verify(_id, 1)).verifiedBy, 'opr_a');
    assert.equal((await verify(_id, 1, 'opr_b')).verifiedBy, 'opr_a', 'again changes nothing');
    await change(_id, 1, bank('6222020200005678'));
    await assert.rejects(verify(_id, 1), refusalOf('version_moved'));
    const { versions } = await readPayee(world.services, _id);
    assert.deepEqual(
      versions.map(({ version, verifiedBy }) => [version, verifiedBy]),
      [
        [2, null],
        [1, 'opr_a'],
      ],
    );
  });

  it('with the same account are noticed, however it is written', async () => {
    const { _id } = await create();
    const other = await create({ ...bank('6222 0202-0000 1234'), relation: 'unrelated' }, 'aunt');
    const { sameAccount } = await readPayee(world.services, _id);
    assert.deepEqual(sameAccount, [{ payeeId: other._id, holderId: personId }]);
  });

  it('go with the person: nothing can be opened, shown or paid any more', async () => {
    const erased = await findOrCreatePerson(world.services, { nationalId: '440524188001010014', mode: 'test' });
    const holder = { kind: 'person', id: erased } as const;
    const payee = await createPayee(world.services, {
      actor: person('opr_editor'),
      holder,
      ...bank('6222020200001234'),
    });
    const lookup = mongoPayeeLookup(world.services);
    const open = async () =>
      (await lookup.destinations([{ payeeId: payee._id, version: 1 }])).get(`${payee._id}:1`)?.open();
    assert.equal((await open())?.kind, 'bank_account');
    assert.equal((await lookup.current([payee._id])).size, 1);
    await erasePerson(world.services, { actor: OPERATOR, personId: erased });
    assert.equal(await open(), undefined);
    assert.equal((await lookup.current([payee._id])).size, 0);
    const { payee: shown, versions } = await readPayee(world.services, payee._id);
    assert.deepEqual([shown.account.masked, shown.accountHash, versions[0]?.account.masked], ['****', null, '****']);
    await assert.rejects(change(payee._id, 1, bank('1')), refusalOf('payee_not_found'));
    await assert.rejects(verify(payee._id, 1), refusalOf('payee_not_found'));
  });
});
