import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UNIT_REFUSALS } from '../../programs/ledger/unit-refusals.ts';
import { Refusal } from '../../programs/refusal.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { Ledger, LedgerUnit, UnitResult } from './ledger.ts';
import { assertBooks } from './testing/assert-books.ts';
import { MemoryLedger } from './testing/memory-ledger.ts';
import { NaiveBooks } from './testing/naive-books.ts';
import { CASH, DEFICIT, FUND, move, openTestLedger, POOL, word, WORLD } from './testing/open-test-ledger.ts';
import { FIRST_GIFT } from './testing/random-reversals.ts';
import { randomHistory } from './testing/random-units.ts';

const FUNDED: LedgerUnit = {
  id: 'funded',
  transfers: [
    ...[FIRST_GIFT, move('settled', 30, { debit: CASH, credit: WORLD })],
    move('pooled', 20, { credit: POOL }),
  ],
};

/**
 * For runs that take seconds. To shrink a failure would repeat it for longer than Mocha waits, and the seed would never be
 * told: whoever wants it shrunk runs that seed and path without `endOnFailure`. A run that hangs is a failure as well, and
 * on a machine that is busy there are fewer runs.
 */
const IN_TIME = { numRuns: 15, endOnFailure: true, timeout: 60_000, interruptAfterTimeLimit: 100_000 } as const;

const ROUNDS_MAX = 8;

/** Without the documents, of which the model knows nothing. */
const bare = (history: readonly (readonly LedgerUnit[])[]): LedgerUnit[] =>
  history.flat().flatMap(({ id, transfers }) => (transfers.length > 0 ? [{ id, transfers }] : []));

describe('the ledger, whatever is asked of it', () => {
  const database = useTestDatabase();

  it('answers as a model that adds everything up, and leaves what the model says is left', async function () {
    this.timeout(120_000);
    const seen = new Set<string>();
    const seenOf = new Set<string>();
    const reversals = ['donation_refunded', 'donation_disputed', 'payment_refunded', 'payment_disputed'];
    const expected = ['deficit', ...reversals.flatMap((kind) => [`${kind} committed`, `${kind} exceeds_funds`])];
    const missed = () => expected.filter((each) => !seenOf.has(each));
    const play = () =>
      fc.assert(
        fc.asyncProperty(randomHistory, fc.array(fc.nat({ max: 3 })), async (history, waits) => {
          const { clock } = openTestLedger(database);
          const [ours, model] = [new MemoryLedger(clock), new NaiveBooks()];
          ours.closeMonth('2026-02');
          for (const [index, unit] of [FUNDED, ...bare(history)].entries()) {
            clock.advance(waits[index] ?? 0);
            const said = word(await ours.commit(unit));
            seen.add(said);
            for (const { kind } of unit.transfers) seenOf.add(`${kind} ${said}`);
            assert.equal(said, model.commit(unit, clock.now()), JSON.stringify(unit));
            for (const account of [FUND, POOL, CASH, DEFICIT]) {
              const { debitsPending, debitsPosted, creditsPending, creditsPosted } = ours.totals(account);
              if (account === DEFICIT && debitsPosted > 0) seenOf.add('deficit');
              const left =
                account === CASH || account === DEFICIT
                  ? debitsPosted - creditsPosted - creditsPending
                  : creditsPosted - debitsPosted - debitsPending;
              assert.equal(left, model.left(account), account);
            }
          }
        }),
        { numRuns: 1_000 },
      );
    // What is rare may be missed by a thousand histories: then others are played, until all was met.
    for (let round = 0; round < ROUNDS_MAX && missed().length > 0; round++) await play();
    // Documents apart, every refusal must have been met: else the histories are too tame.
    const unmet = Object.keys(UNIT_REFUSALS).filter((code) => !seen.has(code));
    assert.deepEqual(unmet, ['already_exists', 'guard_failed']);
    assert.deepEqual(missed(), []);
  });

  it('keeps the books right though three writers race and the database fails them', async function () {
    this.timeout(180_000);
    await database.db.createCollection('things');
    const admin = database.client.db('admin');
    const fail = (data: object) =>
      admin.command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data: { ...data } });
    const heal = () => admin.command({ configureFailPoint: 'failCommand', mode: 'off' });
    const faults = fc.constantFrom(
      { failCommands: ['commitTransaction'], closeConnection: true },
      { failCommands: ['insert', 'update'], errorCode: 112, errorLabels: ['TransientTransactionError'] },
      { failCommands: ['aggregate'], closeConnection: true },
      // Not committed, and committed: the answer tells neither. None of a server that steps down or shuts down: the driver
      // then waits for it to say who is primary, and as nothing happened to it, that may take it ten seconds.
      { failCommands: ['commitTransaction'], errorCode: 262, errorLabels: ['UnknownTransactionCommitResult'] },
      {
        failCommands: ['commitTransaction'],
        writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
      },
    );
    await fc.assert(
      fc.asyncProperty(randomHistory, fc.array(faults, { maxLength: 2 }), async (history, planned) => {
        for (const { name } of await database.db.listCollections().toArray()) {
          if (/^ledger_|^things$/.test(name)) await database.db.collection(name).deleteMany({});
        }
        const writers = Array.from({ length: 3 }, () => openTestLedger(database));
        const [first] = writers;
        assert.ok(first);
        await first.ledger.commit(FUNDED);
        const told: { unit: LedgerUnit; result: UnitResult | undefined }[] = [];
        try {
          for (const [index, units] of history.entries()) {
            const fault = planned[index];
            if (fault !== undefined) await fail(fault);
            told.push(
              ...(await Promise.all(
                units.map(async (unit, at) => {
                  const { ledger } = writers[(index + at) % writers.length] ?? first;
                  return { unit, result: await certain(ledger, unit) };
                }),
              )),
            );
          }
        } finally {
          // The server is that of all tests.
          await heal();
        }
        const services = { database, clock: first.clock };
        await assertBooks(services);
        // A caller who asks again, at another process, hears the same.
        const { ledger } = openTestLedger(database);
        for (const { unit, result } of told) {
          if (unit.transfers.length === 0) continue;
          const again = await ledger.commit(unit);
          if (result === undefined) continue;
          if (result.status !== 'refused') assert.equal(word(again), 'replayed', JSON.stringify(unit));
          else if (UNIT_REFUSALS[result.code].remembered) assert.deepEqual(again, result);
        }
        await assertBooks(services);
      }),
      IN_TIME,
    );
  });
});

/** Undefined where the ledger says itself that it does not know. */
async function certain(ledger: Ledger, unit: LedgerUnit): Promise<UnitResult | undefined> {
  try {
    return await ledger.commit(unit);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'ledger_unavailable') return undefined;
    throw error;
  }
}
