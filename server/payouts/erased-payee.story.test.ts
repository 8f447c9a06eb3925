import assert from 'node:assert/strict';
import { payoutReference } from '../../programs/bank/bank-reference.ts';
import { money } from '../../programs/money.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { createPayee } from '../payees/set-payee.ts';
import type { Holder } from '../payees/holder.ts';
import { verifyPayee } from '../payees/verify-payee.ts';
import { applyDueFacts } from '../payments/apply-due-facts.ts';
import { voidPaymentFile } from '../payments/bank/end-orders.ts';
import { importStatement } from '../payments/bank/import-statement.ts';
import { makePaymentFile, nextPaymentFile, readPaymentFile } from '../payments/bank/make-payment-file.ts';
import { openBankAccount } from '../payments/bank/open-bank-account.ts';
import { providerOf } from '../payments/provider-of.ts';
import { erasePerson } from '../people/erase-person.ts';
import { findOrCreatePerson } from '../people/find-or-create-person.ts';
import { openWorld, OPERATOR, refusalOf, type World } from '../platforms/testing/open-world.ts';
import { createPayout } from './create-payout.ts';
import { sendAllDue } from './drain-payouts.ts';
import { openPayouts } from './open-payouts.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { person } from './testing/payout-world.ts';

const FLOAT = 'carrier:car_x:claims_float:CNY';
const ACCOUNT = '6228000000009999';
const NAME = 'Li Na';

/** Erasure destroys a person's key: with it goes the account in every payment order, and what was paid stays in the books. */
describe('payment orders of a payee whose data are erased', () => {
  const database = useTestDatabase();
  let world: World;
  let deps: PayoutDeps;
  let count = 0;

  before(async () => {
    world = await openWorld(database);
    deps = openPayouts(world.services);
    await openBankAccount(world.services, {
      ...{ actor: OPERATOR, holder: 'County office', bankCode: 'ICBKCNBJ', accountNumber: '6222000000001234' },
      ...{ timeZone: 'Asia/Shanghai', openingBalance: money(10_000_00, 'CNY') },
    });
    const opening = { kind: 'opening_balance', type: 'posted', amount: 10_000_00, effectiveOn: '2026-03-01' } as const;
    const float = { ...opening, id: 'opening:float', debit: 'world:opening:CNY', credit: FLOAT };
    await world.services.ledger.commit({ id: 'opening', transfers: [float] });
  });
  afterEach(async () => {
    await assertBooks(world.services);
    await world.services.models.bankOrders.deleteMany({});
  });

  /** A payout with the bank's orders, to a person of their own or to somebody else. */
  async function ordered(other?: Holder): Promise<{ payoutId: string; holder: Holder }> {
    count += 1;
    const nationalId = `PASSPORT${count}`;
    const holder = other ?? {
      kind: 'person' as const,
      id: await findOrCreatePerson(world.services, { nationalId, mode: 'test' }),
    };
    const payee = await createPayee(world.services, {
      ...{ actor: person('opr_editor'), holder, relation: other === undefined ? 'self' : 'provider' },
      destination: { kind: 'bank_account', holder: NAME, country: 'CN', bankCode: 'ABOCCNBJ', accountNumber: ACCOUNT },
    });
    const verifying = { actor: person('opr_ann'), payeeId: payee._id, version: 1, method: 'document' } as const;
    await verifyPayee(world.services, deps, verifying);
    const { payout } = await createPayout(deps, {
      ...{ actor: person('opr_maker'), businessKey: `bill-${count}`, payeeId: payee._id, amount: money(100_00, 'CNY') },
      ...{ fundingAccount: FLOAT, incidentAt: world.clock.now() + 1, statementText: 'Parasol', provider: 'bank_file' },
    });
    await sendAllDue(deps);
    assert.equal((await deps.payouts.byId(payout.id))?.state, 'sent');
    return { payoutId: payout.id, holder };
  }
  const erase = ({ holder }: { holder: Holder }) =>
    erasePerson(world.services, { actor: OPERATOR, personId: holder.id });
  const make = () => makePaymentFile(world.services, { actor: OPERATOR, currency: 'CNY' });
  const read = async (fileId: string) => (await readPaymentFile(world.services, fileId)).content;
  const stateOf = async (payoutId: string) => (await deps.payouts.byId(payoutId))?.state;
  const applyFacts = () => applyDueFacts(world.services, { now: world.clock.now() });

  it('a file that carries one can be read no more, not even in part; the statement is booked as ever', async () => {
    const [erased, other] = [await ordered(), await ordered({ kind: 'provider', id: 'prv_1' })];
    const { _id: fileId } = await make();
    assert.match(await read(fileId), new RegExp(`${NAME}.*${ACCOUNT}`));
    const sealed = await database.db.collection('bank_orders').find().toArray();
    await erase(erased);
    await assert.rejects(read(fileId), refusalOf('bank_file_payee_erased'));

    // From a backup of before, without the key: it does not say more.
    const [before] = sealed.filter(({ payoutId }) => payoutId === erased.payoutId);
    const restored = { $set: { destination: String(before?.['destination']) } };
    await database.db.collection('bank_orders').updateOne({ payoutId: erased.payoutId }, restored);
    await assert.rejects(read(fileId), refusalOf('bank_file_payee_erased'));

    const lines = [erased, other].map(({ payoutId }) => payoutReference(payoutId, 1));
    await importStatement(world.services, {
      ...{ actor: OPERATOR, currency: 'CNY', apply: true },
      rows: [
        ['opening', '', '', '10000.00', '', ''],
        ...lines.map((text, at) => ['line', `R${at}`, '2026-03-02', '-100.00', NAME, text]),
        ['closing', '', '', '9800.00', '', ''],
      ],
    });
    await applyFacts();
    assert.deepEqual([await stateOf(erased.payoutId), await stateOf(other.payoutId)], ['paid', 'paid']);
  });

  it('a file of others is read byte for byte as before', async () => {
    await ordered();
    const { _id: fileId } = await make();
    const content = await read(fileId);
    await erase(await ordered());
    assert.equal(await read(fileId), content);
  });

  it('one that waits for a file fails, and the others go', async () => {
    const [erased, other] = [await ordered(), await ordered()];
    await erase(erased);
    assert.deepEqual(await nextPaymentFile(world.services, 'CNY'), {
      orderCount: 1,
      total: money(100_00, 'CNY'),
      erased: 1,
    });
    const file = await make();
    assert.equal(file.orderCount, 1);
    const content = await read(file._id);
    assert.ok(content.includes(other.payoutId) && !content.includes(erased.payoutId));
    await applyFacts();
    assert.deepEqual([await stateOf(erased.payoutId), await stateOf(other.payoutId)], ['failed', 'sent']);
    const payout = await deps.payouts.byId(erased.payoutId);
    assert.match(payout?.attempts[0]?.words ?? '', /erased/);
  });

  it('where nobody else waits there is nothing to pay, and the one that waited has failed', async () => {
    const erased = await ordered();
    await erase(erased);
    await assert.rejects(make(), refusalOf('nothing_to_pay'));
    await applyFacts();
    assert.equal(await stateOf(erased.payoutId), 'failed');
  });

  it('one from before orders were under the key of their person is blanked', async () => {
    const erased = await ordered();
    const orders = database.db.collection('bank_orders');
    const destination = world.services.secrets.wrap(JSON.stringify({ holder: NAME, accountNumber: ACCOUNT }));
    await orders.updateOne({ payoutId: erased.payoutId }, { $set: { destination }, $unset: { personId: '' } });
    await erase(erased);
    assert.equal((await orders.findOne({ payoutId: erased.payoutId }))?.['destination'], '');
    await assert.rejects(make(), refusalOf('nothing_to_pay'));
  });

  it('a file that the bank never got is voided, and gives back what it carried', async () => {
    const erased = await ordered();
    const { _id: fileId } = await make();
    await erase(erased);
    await voidPaymentFile(world.services, { actor: OPERATOR, fileId, why: 'cannot be read any more' });
    await applyFacts();
    assert.equal(await stateOf(erased.payoutId), 'failed');
  });

  it('an erasure at the moment of the order, or of the file, lets no order out that nobody can read', async () => {
    const { payoutId, holder } = await ordered();
    const order = {
      ...{ payoutId, attempt: 2, idempotencyKey: 'k', amount: money(100_00, 'CNY'), statementText: 'Parasol' },
      destination: { kind: 'bank_account', holder: NAME, country: 'CN', bankCode: 'A', accountNumber: ACCOUNT },
    } as const;
    await Promise.allSettled([make(), erase({ holder }), make()]);
    const inFile = await world.services.models.bankOrders.findOne({ payoutId, fileId: { $exists: true } }).lean();
    if (inFile?.fileId !== undefined) await assert.rejects(read(inFile.fileId), refusalOf('bank_file_payee_erased'));
    const late = await providerOf(world.services, 'bank_file').sendPayout(order);
    assert.equal(
      late.outcome,
      'unknown',
      'another sender of the same key may have been earlier: it is found by asking',
    );
    assert.equal(await world.services.models.bankOrders.countDocuments({ payoutId, attempt: 2 }), 0);
  });
});
