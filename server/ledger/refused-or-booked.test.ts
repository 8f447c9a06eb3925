import assert from 'node:assert/strict';
import type { ClientSession } from 'mongodb';
import { MongoError } from 'mongodb';
import type { Clock } from '../clock.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { Ledger, LedgerUnit } from './ledger.ts';
import { assertBooks } from './testing/assert-books.ts';
import { move, openTestLedger, spend, word } from './testing/open-test-ledger.ts';

/**
 * What the property of three writers found, shrunk by hand: a refusal and a transfer are documents of two collections, and
 * two processes that each see neither wrote both.
 */
describe('histories that once failed: an id is refused by one process while another books it', () => {
  const database = useTestDatabase();
  const unit: LedgerUnit = { id: 'u', transfers: [spend('u', 60)] };
  const other: LedgerUnit = { id: 'other', transfers: [move('u', 1)] };
  let ledger: Ledger;
  let clock: Clock;
  before(() => ({ ledger, clock } = openTestLedger(database)));
  beforeEach(async () => {
    for (const { name } of await database.db.listCollections().toArray()) {
      if (name.startsWith('ledger_')) await database.db.collection(name).deleteMany({});
    }
    await ledger.commit({ id: 'gift', transfers: [move('gift', 10)] });
  });
  afterEach(() => assertBooks({ database, clock }));

  /** A process in the midst of a flush, as of the moment at which it began. */
  async function begin(): Promise<ClientSession> {
    const session = database.client.startSession();
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
    await database.db.collection('ledger_accounts').findOne({}, { session });
    return session;
  }
  /** Its answer, or that it lost the race and has to begin anew. */
  async function decide(session: ClientSession, asked: LedgerUnit): Promise<string> {
    try {
      const [result] = await ledger.commitWithin(session, [asked]);
      return word(result);
    } catch (error) {
      if (error instanceof MongoError && error.hasErrorLabel('TransientTransactionError')) return 'lost';
      throw error;
    }
  }
  async function end(session: ClientSession, said: string): Promise<void> {
    if (said !== 'lost') await session.commitTransaction();
    await session.endSession();
  }

  for (const [what, booked] of [
    ['the same unit', unit],
    ['another unit', other],
  ] as const) {
    it(`${what}, while the refusal is written`, async () => {
      const refuser = await begin();
      await ledger.commit({ id: 'more', transfers: [move('more', 90)] });
      const booker = await begin();
      const refused = await decide(refuser, unit);
      const said = await decide(booker, booked);
      await end(refuser, refused);
      await end(booker, said);
      assert.deepEqual([refused, said], ['exceeds_funds', 'lost']);
      const again = word(await ledger.commit(booked));
      assert.equal(again, booked === unit ? 'exceeds_funds' : 'transfer_id_refused');
    });

    it(`${what}, after the refusal was written that it does not see`, async () => {
      const refuser = await begin();
      await ledger.commit({ id: 'more', transfers: [move('more', 90)] });
      const booker = await begin();
      await end(refuser, await decide(refuser, unit));
      const said = await decide(booker, booked);
      await end(booker, said);
      assert.equal(said, 'lost');
    });

    it(`${what}, before the refusal is written`, async () => {
      const refuser = await begin();
      await ledger.commit({ id: 'more', transfers: [move('more', 90)] });
      assert.equal(word(await ledger.commit(booked)), 'committed');
      const refused = await decide(refuser, unit);
      await end(refuser, refused);
      assert.equal(refused, 'lost');
      assert.equal(word(await ledger.commit(unit)), booked === unit ? 'replayed' : 'transfer_id_reused');
    });
  }
});
