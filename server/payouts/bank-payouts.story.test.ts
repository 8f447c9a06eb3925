import assert from 'node:assert/strict';
import { payoutReference } from '../../programs/bank/bank-reference.ts';
import { dayMs, hourMs } from '../../programs/calendar.ts';
import { formatMoney, money } from '../../programs/money.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { changePayee, createPayee } from '../payees/set-payee.ts';
import { verifyPayee } from '../payees/verify-payee.ts';
import { applyDueFacts } from '../payments/apply-due-facts.ts';
import { failOrder, voidPaymentFile } from '../payments/bank/end-orders.ts';
import { importStatement } from '../payments/bank/import-statement.ts';
import { makePaymentFile, readPaymentFile } from '../payments/bank/make-payment-file.ts';
import { openBankAccount } from '../payments/bank/open-bank-account.ts';
import type { PayeeDestination } from '../payments/payment-port.ts';
import { openWorld, OPERATOR, refusalOf, type World } from '../platforms/testing/open-world.ts';
import { createPayout } from './create-payout.ts';
import { reconcileAllDue, sendAllDue } from './drain-payouts.ts';
import { openPayouts } from './open-payouts.ts';
import type { PayoutDeps } from './payout-deps.ts';
import { reconcilePayout } from './reconcile-payouts.ts';
import { retryPayout } from './retry-payout.ts';
import { person } from './testing/payout-world.ts';

const FLOAT = 'carrier:car_x:claims_float:CNY';
const AMOUNT = money(1_500_00, 'CNY');

const accountOf = (accountNumber: string): PayeeDestination => ({
  ...{ kind: 'bank_account', holder: 'A Hospital', country: 'CN', bankCode: 'ABOCCNBJ', accountNumber },
});

/** An office without a payment provider: a person takes files to the bank, and brings its statements. */
describe('payouts by payment file, from the decision to the statement and back', () => {
  const database = useTestDatabase();
  let world: World;
  let deps: PayoutDeps;
  let holders = 0;
  let movements = 0;
  /** Of the bank's account, in fen. */
  let balance = 10_000_00;

  before(async () => {
    world = await openWorld(database);
    deps = openPayouts(world.services);
    await openBankAccount(world.services, {
      ...{ actor: OPERATOR, holder: 'County office', bankCode: 'ICBKCNBJ', accountNumber: '6222000000001234' },
      ...{ timeZone: 'Asia/Shanghai', openingBalance: money(balance, 'CNY') },
    });
    const opening = { kind: 'opening_balance', type: 'posted', amount: 10_000_00, effectiveOn: '2026-03-01' } as const;
    const float = { ...opening, id: 'opening:float', debit: 'world:opening:CNY', credit: FLOAT };
    await world.services.ledger.commit({ id: 'opening', transfers: [float] });
  });
  afterEach(() => assertBooks(world.services));

  /** A payout to a new payee, decided and with the bank's orders. */
  async function ordered(destination = accountOf('6228000000009999'), using = deps): Promise<string> {
    const actor = person('opr_editor');
    const holder = { kind: 'provider', id: `prv_${++holders}` } as const;
    const payee = await createPayee(world.services, { actor, holder, relation: 'provider', destination });
    await verify(payee._id, 1);
    const { payout } = await createPayout(deps, {
      ...{ actor: person('opr_maker'), businessKey: `bill-${holders}`, payeeId: payee._id, amount: AMOUNT },
      ...{ fundingAccount: FLOAT, incidentAt: world.clock.now() + 1, statementText: 'Parasol', provider: 'bank_file' },
    });
    await sendAllDue(using);
    return payout.id;
  }
  const verify = (payeeId: string, version: number) =>
    verifyPayee(world.services, deps, { actor: person('opr_ann'), payeeId, version, method: 'document' });
  const change = async (payoutId: string) => {
    const { payeeId } = (await deps.payouts.byId(payoutId)) ?? assert.fail();
    const destination = accountOf('6228000000008888');
    const changing = { actor: person('opr_editor'), payeeId, version: 1, relation: 'provider', destination } as const;
    await changePayee(world.services, deps, changing);
    await verify(payeeId, 2);
    world.clock.advance(dayMs);
  };
  const retry = (payoutId: string) => retryPayout(deps, { actor: person('opr_maker'), payoutId });
  const stateOf = async (payoutId: string) => (await deps.payouts.byId(payoutId))?.state;
  const makeFile = () => makePaymentFile(world.services, { actor: OPERATOR, currency: 'CNY' });
  const contentOf = async (fileId: string) => (await readPaymentFile(world.services, fileId)).content;
  const orders = async (payoutId: string) =>
    (await world.services.models.bankOrders.find({ payoutId }).sort({ _id: 1 }).lean()).map(
      ({ _id, state }) => `${_id.slice(_id.indexOf('-'))} ${state}`,
    );
  const line = (amount: number, reference: string) => [`R${++movements}`, amount, reference] as const;
  /** What the bank says of its day; answers how many lines were new. */
  async function statement(...lines: readonly (readonly [string, number, string])[]): Promise<number> {
    const decimal = (fen: number) => (fen / 100).toFixed(2);
    const closing = lines.reduce((sum, [, amount]) => sum + amount, balance);
    const { lines: verdicts } = await importStatement(world.services, {
      ...{ actor: OPERATOR, currency: 'CNY', apply: true },
      rows: [
        ['opening', '', '', decimal(balance), '', ''],
        ...lines.map(([ref, amount, text]) => ['line', ref, '2026-03-02', decimal(amount), 'A Hospital', text]),
        ['closing', '', '', decimal(closing), '', ''],
      ],
    });
    await applyDueFacts(world.services, { now: world.clock.now() });
    const fresh = verdicts.filter(({ known }) => known === 'new').length;
    if (fresh > 0) balance = closing;
    return fresh;
  }
  /** So much time in steps of some hours, with everything that runs by itself. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 5 * hourMs) {
      world.clock.advance(Math.min(left, 5 * hourMs));
      await reconcileAllDue(deps);
      await sendAllDue(deps);
    }
  }
  async function books(...payoutIds: string[]): Promise<string> {
    const found = await world.services.models.transfers
      .find({ 'refs.payoutId': { $in: payoutIds } })
      .sort({ bookedAt: 1, _id: 1 })
      .lean();
    const rows = found.map(({ kind, type, amount, debit, credit }) =>
      [kind.padEnd(15), type.padEnd(7), formatMoney(money(amount, 'CNY')).padEnd(11), debit.padEnd(31), credit].join(
        ' ',
      ),
    );
    return `\n${rows.join('\n')}\n`;
  }

  it('waits in a file for days, is paid by the statement, comes back, and is paid again to another account', async () => {
    const id = await ordered();
    assert.deepEqual([await stateOf(id), await orders(id)], ['sent', ['-1 queued']]);
    await pass(4 * dayMs);
    const { _id: fileId } = await makeFile();
    const content = await contentOf(fileId);
    assert.match(content, new RegExp(`${id}-1.*1500\\.00`));
    await pass(10 * dayMs);
    assert.deepEqual([await stateOf(id), await orders(id)], ['sent', ['-1 in_file']], 'never held for dead');
    assert.equal(await contentOf(fileId), content);

    const posted = line(-AMOUNT.amount, `PARASOL ${payoutReference(id, 1).toUpperCase()}`);
    assert.equal(await statement(posted), 1);
    assert.equal(await stateOf(id), 'paid');
    const paid = await books(id);
    balance += AMOUNT.amount;
    assert.equal(await statement(posted), 0, 'the same statement again');
    balance -= AMOUNT.amount;
    assert.equal(await books(id), paid);

    world.clock.advance(2 * dayMs);
    await statement(line(AMOUNT.amount, `RETURN ${payoutReference(id, 1)}`));
    assert.equal(await stateOf(id), 'returned');
    await assert.rejects(retry(id), refusalOf('payee_unchanged'));
    await change(id);
    const { id: again } = await retry(id);
    await pass(dayMs);
    assert.deepEqual(await orders(again), ['-1 queued']);
    assert.match(await contentOf((await makeFile())._id), /6228000000008888/);
    await statement(line(-AMOUNT.amount, payoutReference(again, 1)));
    assert.deepEqual([await stateOf(id), await stateOf(again)], ['returned', 'paid']);
    const unclaimed = `payee:prv_${holders}:unclaimed:CNY`;
    assert.equal(
      await books(id, again),
      `
payout          pending CNY 1500.00 ${FLOAT}  cash:bank_file:CNY
payout          post    CNY 1500.00 ${FLOAT}  cash:bank_file:CNY
payout_returned posted  CNY 1500.00 cash:bank_file:CNY              ${unclaimed}
payout          pending CNY 1500.00 ${unclaimed.padEnd(31)} cash:bank_file:CNY
payout          post    CNY 1500.00 ${unclaimed.padEnd(31)} cash:bank_file:CNY
`,
    );
    const cash = await world.services.models.accounts.findById('cash:bank_file:CNY').lean();
    assert.equal((cash?.debitsPosted ?? 0) - (cash?.creditsPosted ?? 0), balance, 'the books hold what the bank holds');
  });

  it('a sender that died behind the order, for longer than a key lives: the order is found, and stays the only one', async () => {
    let dead = false;
    const dying: PayoutDeps = {
      ...deps,
      at: (point) => {
        dead ||= point === 'call.after';
        if (dead) throw new Error('died');
      },
    };
    const id = await ordered(accountOf('6228000000007777'), dying);
    assert.deepEqual([await stateOf(id), await orders(id)], ['sending', ['-1 queued']]);
    world.clock.advance(30 * hourMs);
    await sendAllDue(deps);
    assert.equal(await stateOf(id), 'unknown', 'its key is too old to be sent');
    await pass(3 * dayMs);
    assert.deepEqual([await stateOf(id), await orders(id)], ['sent', ['-1 queued']]);
    await makeFile();
    await statement(line(-AMOUNT.amount, payoutReference(id, 1)));
    assert.equal(await stateOf(id), 'paid');
  });

  it('what the bank refuses goes out under the next attempt, when a person says so', async () => {
    const id = await ordered();
    await makeFile();
    await failOrder(world.services, { reference: payoutReference(id, 1), why: 'account unknown' });
    await applyDueFacts(world.services, { now: world.clock.now() });
    await pass(2 * dayMs);
    assert.deepEqual([await stateOf(id), await orders(id)], ['failed', ['-1 failed']]);
    assert.equal((await retry(id)).state, 'ready');
    await sendAllDue(deps);
    await makeFile();
    await statement(line(-AMOUNT.amount, payoutReference(id, 2)));
    assert.deepEqual([await stateOf(id), await orders(id)], ['paid', ['-1 failed', '-2 posted']]);
    const moved = (await books(id)).trim().split('\n');
    assert.deepEqual(
      moved.map((row) => row.split(/ +/, 2).join(' ')),
      ['payout pending', 'payout post'],
    );
  });

  it('the statement is the truth: an order that a person held for failed, and that was paid, is paid', async () => {
    const id = await ordered();
    await makeFile();
    await failOrder(world.services, { reference: payoutReference(id, 1), why: 'the portal said so' });
    await applyDueFacts(world.services, { now: world.clock.now() });
    await statement(line(-AMOUNT.amount, payoutReference(id, 1)));
    assert.deepEqual([await stateOf(id), await orders(id)], ['paid', ['-1 posted']]);
    assert.equal((await reconcilePayout(deps, id)).state, 'paid', 'asked again, it did not come back');
  });

  it('a file that is voided gives its payouts back, also when a crash came between', async () => {
    const id = await ordered();
    const { _id: fileId } = await makeFile();
    const voiding = { actor: OPERATOR, fileId, why: 'never uploaded' };
    await voidPaymentFile(world.services, voiding);
    // As a crash behind the transaction leaves it: nobody was told.
    await world.services.models.paymentFacts.deleteMany({ state: 'due' });
    assert.equal(await stateOf(id), 'sent');
    await pass(dayMs);
    assert.deepEqual([await stateOf(id), await orders(id)], ['failed', ['-1 canceled']], 'found by asking');
    await voidPaymentFile(world.services, voiding);
    await applyDueFacts(world.services, { now: world.clock.now() });
    await assert.rejects(contentOf(fileId), refusalOf('bank_file_voided'));
    await retry(id);
    await sendAllDue(deps);
    await makeFile();
    await statement(line(-AMOUNT.amount, payoutReference(id, 2)));
    assert.deepEqual([await stateOf(id), await orders(id)], ['paid', ['-1 canceled', '-2 posted']]);
  });

  it('a payee that has no bank account has to get one', async () => {
    const id = await ordered({ kind: 'wallet', scheme: 'alipay', handle: 'hospital@example' });
    assert.deepEqual([await stateOf(id), await orders(id)], ['payee_fix', []]);
    await change(id);
    await pass(dayMs);
    assert.deepEqual([await stateOf(id), await orders(id)], ['sent', ['-2 queued']]);
  });
});
