import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import { payoutReference } from '../../../programs/bank/bank-reference.ts';
import { controlTotalsHold } from '../../../programs/bank/payment-file.ts';
import { money } from '../../../programs/money.ts';
import { useTestDatabase } from '../../database/testing/test-database.ts';
import { assertBooks } from '../../ledger/testing/assert-books.ts';
import { openWorld, OPERATOR, outcomesOf, refusalOf, type World } from '../../platforms/testing/open-world.ts';
import { applyDueFacts } from '../apply-due-facts.ts';
import { resolveException } from '../resolve-exception.ts';
import type { PayoutOrder } from '../payment-port.ts';
import { providerOf } from '../provider-of.ts';
import { failOrder, voidPaymentFile } from './end-orders.ts';
import { identifyLine } from './identify-line.ts';
import { importStatement } from './import-statement.ts';
import { makePaymentFile, readPaymentFile } from './make-payment-file.ts';
import { openBankAccount } from './open-bank-account.ts';

const id = (n: number): string => `pyo_${String(n).padStart(26, '0')}`;
const INVOICE = `inv_${'1'.repeat(26)}`;

describe('payment by file', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => (world = await openWorld(database)));
  beforeEach(async () => {
    for (const { name } of await database.db.listCollections({}, { nameOnly: true }).toArray()) {
      if (/^(bank_|payment_|ledger_)/.test(name)) await database.db.collection(name).deleteMany({});
    }
    await openBankAccount(world.services, {
      ...{ actor: OPERATOR, holder: 'County office', bankCode: 'ICBKCNBJ', accountNumber: '6222000000001234' },
      ...{ timeZone: 'Asia/Shanghai', openingBalance: money(100_000, 'CNY') },
    });
  });
  afterEach(async () => assertBooks(world.services));

  const bank = () => providerOf(world.services, 'bank_file');
  const order = (n: number, changes: Partial<PayoutOrder> = {}): PayoutOrder => ({
    ...{ payoutId: id(n), attempt: 1, idempotencyKey: `${id(n)}:1`, amount: money(n, 'CNY'), statementText: 'Parasol' },
    destination: {
      ...{ kind: 'bank_account', holder: '=HYPERLINK("x")', country: 'CN' },
      ...{ bankCode: 'ABOCCNBJ', accountNumber: '6228000000009999' },
    },
    ...changes,
  });
  const send = (...numbers: number[]) => Promise.all(numbers.map((n) => bank().sendPayout(order(n))));
  const make = () => makePaymentFile(world.services, { actor: OPERATOR, currency: 'CNY' });
  const statement = (opening: string, closing: string, ...lines: string[][]) =>
    importStatement(world.services, {
      ...{ actor: OPERATOR, currency: 'CNY', apply: true },
      rows: [
        ['opening', '', '', opening, '', ''],
        ...lines.map(([ref = '', amount = '', text = '']) => ['line', ref, '2026-03-02', amount, 'Li Na', text]),
        ['closing', '', '', closing, '', ''],
      ],
    });
  const states = async () => {
    const orders = await world.services.models.bankOrders.find().sort({ _id: 1 }).lean();
    return orders.map(({ payoutId, state }) => `${Number(payoutId.slice(4))} ${state}`);
  };
  const facts = async () => {
    const all = await world.services.models.paymentFacts.find().sort({ _id: 1 }).lean();
    return all.map(({ fact }) =>
      fact.kind === 'payout_changed' ? `${Number(fact.payout.payoutId.slice(4))} ${fact.payout.state}` : fact.kind,
    );
  };
  const exceptions = async () => {
    const all = await world.services.models.paymentExceptions.find().sort({ openedAt: 1 }).lean();
    return all.map(({ kind, message }) => `${kind}: ${message}`);
  };

  it('keeps an order once; of another one under its name nothing is certain, for the first may be paid', async () => {
    const answers = await Promise.all([send(1), send(1), send(1)]);
    assert.deepEqual(new Set(answers.flat().map(({ outcome }) => outcome)), new Set(['sent']));
    assert.deepEqual(await states(), ['1 queued']);
    const other = await bank().sendPayout(order(1, { amount: money(2, 'CNY') }));
    assert.equal(other.outcome, 'unknown');
    const [found] = await bank().findPayouts(id(1));
    assert.equal(found?.state, 'processing');
  });

  it('pays to bank accounts only, and waits for an account of ours', async () => {
    const wallet = { kind: 'wallet', scheme: 'alipay', handle: 'li@example' } as const;
    const refused = await bank().sendPayout(order(1, { destination: wallet }));
    assert.equal(refused.outcome === 'refused' && refused.code, 'destination_not_supported');
    const waiting = await bank().sendPayout(order(1, { amount: money(5, 'JPY') }));
    assert.equal(waiting.outcome, 'try_again');
    assert.deepEqual(await states(), []);
  });

  it('puts each order into one file, however many ask at once, and reads it byte for byte', async () => {
    await send(1, 2, 3);
    const { fulfilled, refused } = await outcomesOf([make(), make(), make()]);
    assert.equal(fulfilled, 1, refused.join());
    const [file] = await world.services.models.bankFiles.find().lean();
    assert.ok(file);
    assert.deepEqual([file.orderCount, file.total], [3, 6]);
    const { content } = await readPaymentFile(world.services, file._id);
    assert.equal((await readPaymentFile(world.services, file._id)).content, content);
    const rows: string[][] = parse(content);
    assert.ok(controlTotalsHold(rows));
    assert.match(content, /'=HYPERLINK/, 'no cell is a formula');
    await database.db
      .collection<{ _id: string }>('bank_orders')
      .updateOne({ _id: payoutReference(id(2), 1) }, { $set: { amount: 7 } });
    await assert.rejects(readPaymentFile(world.services, file._id), /never send it/);
  });

  it('books a line once, also when what it names became known after its first import', async () => {
    const early = () => statement('1000.00', '1009.00', ['R1', '9.00', `premium ${INVOICE}`]);
    await early();
    await applyDueFacts(world.services, { now: world.clock.now() });
    await bank().sendInvoice({
      ...{ invoiceId: INVOICE, platformId: 'plt_a', platformName: 'A', amount: money(900, 'CNY') },
      ...{ dueAt: 0, description: 'March', idempotencyKey: 'k' },
    });
    const again = await early();
    await applyDueFacts(world.services, { now: world.clock.now() });
    assert.deepEqual(await facts(), ['bank_received']);
    assert.equal(again.booksBalance.amount, 100_900);
    assert.deepEqual(
      again.lines.map(({ match, known }) => `${match} ${known}`),
      ['unidentified again'],
      'it waits for a person, as before',
    );
  });

  it('reconciles a statement line by line; the same file again changes nothing', async () => {
    await bank().sendInvoice({
      ...{ invoiceId: INVOICE, platformId: 'plt_a', platformName: 'A', amount: money(900, 'CNY') },
      ...{ dueAt: 0, description: 'March', idempotencyKey: 'k' },
    });
    await send(100, 200, 300);
    await make();
    const lines = [
      ['R1', '-1.00', payoutReference(id(100), 1)],
      ['R2', '-2.00', payoutReference(id(200), 1)],
      ['R3', '2.00', `RETURNED ${payoutReference(id(200), 1).toUpperCase()}`],
      ['R4', '-3.01', payoutReference(id(300), 1)],
      ['R5', '9.00', `premium ${INVOICE}`],
      ['R6', '5.00', 'who knows'],
      ['R7', '-0.10', 'account fee'],
    ];
    const first = await statement('1000.00', '1009.89', ...lines);
    assert.deepEqual(
      first.lines.map(({ bankRef, match, known }) => `${bankRef} ${match} ${known}`),
      [
        'R1 payout_posted new',
        'R2 payout_posted new',
        'R3 payout_returned new',
        'R4 amount_differs new',
        'R5 invoice_paid new',
        'R6 unidentified new',
        'R7 not_ordered new',
      ],
    );
    assert.deepEqual(await states(), ['100 posted', '200 returned', '300 in_file']);
    const told = ['100 posted', '200 posted', '200 returned', 'invoice_paid', 'payment_settled', 'bank_received'];
    assert.deepEqual(await facts(), told);
    assert.equal((await exceptions()).length, 2);

    const again = await statement('1000.00', '1009.89', ...lines);
    assert.deepEqual(new Set(again.lines.map(({ known }) => known)), new Set(['again']));
    assert.deepEqual(await facts(), told);
    assert.equal((await exceptions()).length, 2);

    const clash = await statement('0.00', '6.00', ['R6', '6.00', 'who knows']);
    assert.equal(clash.lines[0]?.known, 'number_reused');
    assert.deepEqual(await facts(), told);
    assert.match((await exceptions()).join('\n'), /used its number R6 for another movement/);
  });

  it('refuses a statement that does not add up, whole, and says where', async () => {
    await assert.rejects(statement('1000.00', '1000.00', ['R1', '1.00', 'x']), refusalOf('bank_statement_invalid'));
    assert.equal(await world.services.models.bankLines.countDocuments(), 0);
  });

  it('holds what it cannot place until a person says what it was for, once', async () => {
    await statement('1000.00', '1005.00', ['R1', '5.00', 'float of the carrier']);
    const identify = (carrierId: string) =>
      identifyLine(world.services, {
        ...{ actor: OPERATOR, currency: 'CNY', bankRef: 'R1' },
        purpose: { kind: 'float', carrierId },
      });
    await assert.rejects(identify('car_x'), refusalOf('bank_line_not_booked'));
    await applyDueFacts(world.services, { now: world.clock.now() });
    await identify('car_x');
    world.clock.advance(3 * 86_400_000);
    await identify('car_x');
    await assert.rejects(identify('car_y'), refusalOf('bank_line_identified'));
    const float = await world.services.models.accounts.findById('carrier:car_x:claims_float:CNY').lean();
    assert.equal(float?.creditsPosted, 500);
  });

  it('holds what names a demand in another currency', async () => {
    await bank().sendInvoice({
      ...{ invoiceId: INVOICE, platformId: 'plt_a', platformName: 'A', amount: money(900, 'JPY') },
      ...{ dueAt: 0, description: 'March', idempotencyKey: 'k' },
    });
    await statement('1000.00', '1009.00', ['R1', '9.00', `premium ${INVOICE}`]);
    assert.deepEqual(await facts(), ['bank_received']);
  });

  it('does not give it to what is not there', async () => {
    await statement('1000.00', '1005.00', ['R1', '5.00', 'who knows']);
    await applyDueFacts(world.services, { now: world.clock.now() });
    const nowhere = [
      [{ kind: 'float', carrierId: 'car_none' }, 'carrier_not_found'],
      [{ kind: 'invoice', invoiceId: INVOICE }, 'invoice_not_found'],
      [{ kind: 'top_up', topUpId: 'top_none', platformId: 'plt_a' }, 'top_up_not_found'],
    ] as const;
    for (const [purpose, code] of nowhere) {
      const identify = identifyLine(world.services, { actor: OPERATOR, currency: 'CNY', bankRef: 'R1', purpose });
      await assert.rejects(identify, refusalOf(code));
    }
    const held = await world.services.models.accounts.findById('bank:bank_file:unidentified:CNY').lean();
    assert.equal((held?.creditsPosted ?? 0) - (held?.debitsPosted ?? 0), 500);
  });

  it('voids a file that the bank never got, and no other', async () => {
    await send(1, 2);
    const file = await make();
    const voiding = { actor: OPERATOR, fileId: file._id, why: 'never uploaded' };
    await voidPaymentFile(world.services, voiding);
    await voidPaymentFile(world.services, voiding);
    assert.deepEqual(await states(), ['1 canceled', '2 canceled']);
    assert.deepEqual(await facts(), ['1 canceled', '2 canceled']);
    await assert.rejects(readPaymentFile(world.services, file._id), refusalOf('bank_file_voided'));
    const late = await bank().sendPayout(order(1));
    assert.equal(late.outcome, 'refused', 'the same order never goes out any more');

    await send(3, 4);
    const executed = await make();
    await statement('1000.00', '999.97', ['R1', '-0.03', payoutReference(id(3), 1)]);
    const tooLate = voidPaymentFile(world.services, { ...voiding, fileId: executed._id });
    await assert.rejects(tooLate, refusalOf('bank_file_executed'));
    assert.deepEqual((await states()).slice(2), ['3 posted', '4 in_file']);
  });

  it('voids a file of which the bank refused some, and none of which it moved money', async () => {
    await send(1, 2);
    const file = await make();
    await failOrder(world.services, { reference: payoutReference(id(1), 1), why: 'account unknown' });
    const voiding = { actor: OPERATOR, fileId: file._id, why: 'never executed' };
    await voidPaymentFile(world.services, voiding);
    await voidPaymentFile(world.services, voiding);
    assert.deepEqual(await states(), ['1 failed', '2 canceled'], 'what failed keeps its words');
    assert.deepEqual(await facts(), ['1 failed', '2 canceled']);
    await assert.rejects(readPaymentFile(world.services, file._id), refusalOf('bank_file_voided'));

    await send(3, 4, 5);
    const executed = await make();
    await failOrder(world.services, { reference: payoutReference(id(3), 1), why: 'account unknown' });
    const reference = payoutReference(id(4), 1);
    await statement('1000.00', '1000.00', ['R1', '-0.04', reference], ['R2', '0.04', `RETURNED ${reference}`]);
    const tooLate = voidPaymentFile(world.services, { ...voiding, fileId: executed._id });
    await assert.rejects(tooLate, refusalOf('bank_file_executed'), 'money that came back had left');
    assert.deepEqual((await states()).slice(2), ['3 failed', '4 returned', '5 in_file']);
  });

  it('ends no order for which the bank moved another amount, until a person explained it', async () => {
    await send(1, 2);
    const { _id: fileId } = await make();
    const reference = payoutReference(id(1), 1);
    await statement('1000.00', '999.50', ['R1', '-0.50', reference]);
    const end = [
      () => voidPaymentFile(world.services, { actor: OPERATOR, fileId, why: 'never uploaded' }),
      () => failOrder(world.services, { reference, why: 'account unknown' }),
    ];
    await assert.rejects(end[0] ?? assert.fail, refusalOf('bank_file_executed'));
    await assert.rejects(end[1] ?? assert.fail, refusalOf('bank_order_executed'));
    assert.deepEqual(await states(), ['1 in_file', '2 in_file']);
    const exception = await world.services.models.paymentExceptions.findOne({ kind: 'amount_differs' }).lean();
    const explained = { actor: OPERATOR, how: 'booked_by_hand', note: 'the bank took it back' } as const;
    await resolveException(world.services, { ...explained, exceptionId: exception?._id ?? '' });
    await failOrder(world.services, { reference, why: 'account unknown' });
    assert.deepEqual(await states(), ['1 failed', '2 in_file']);
  });

  it('records what the bank refused before any money moved', async () => {
    await send(1);
    await make();
    const failing = { reference: payoutReference(id(1), 1), why: 'account unknown' };
    await failOrder(world.services, failing);
    await failOrder(world.services, failing);
    assert.deepEqual(await facts(), ['1 failed']);
    const [found] = await bank().findPayouts(id(1));
    assert.deepEqual([found?.state, found?.message], ['failed', 'account unknown']);
  });
});
