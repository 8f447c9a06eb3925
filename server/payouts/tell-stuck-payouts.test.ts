import assert from 'node:assert/strict';
import { dayMs } from '../../programs/calendar.ts';
import type { PayoutState } from '../../programs/payouts/payout-states.ts';
import { draftPayout } from '../../programs/payouts/testing/draft-payout.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { openWorld, type World } from '../platforms/testing/open-world.ts';
import { insertPayout, PAYOUTS } from './payout-document.ts';
import { tellStuckPayouts } from './tell-stuck-payouts.ts';

describe('payouts that a provider does not end', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openWorld(database);
  });
  const payouts = () => database.db.collection<{ _id: string }>(PAYOUTS);
  const tell = () => tellStuckPayouts(world.services, { now: world.clock.now() });
  const exceptions = async () => {
    const found = await world.services.models.paymentExceptions.find().sort({ subject: 1 }).lean();
    return found.map(({ kind, subject, state }) => [kind, subject, state]);
  };

  it('are told after five days, once, until it is known what became of them', async () => {
    const now = world.clock.now();
    const documents = (['sent', 'unknown', 'paid', 'ready'] as const satisfies readonly PayoutState[]).map((state) => {
      const payout = { ...draftPayout({ id: `pyo_${state}`, businessKey: state }), state, stateSince: now };
      const write = insertPayout(payout);
      return write.kind === 'insert' ? write.document : assert.fail();
    });
    await payouts().insertMany(documents);
    world.clock.advance(5 * dayMs - 1);
    assert.deepEqual(await tell(), { stuck: 0, freed: 0 });
    world.clock.advance(1);
    assert.deepEqual(await tell(), { stuck: 2, freed: 0 });
    assert.deepEqual(await tell(), { stuck: 0, freed: 0 });
    assert.deepEqual(await exceptions(), [
      ['payout_stuck', 'pyo_sent', 'open'],
      ['payout_stuck', 'pyo_unknown', 'open'],
    ]);
    await payouts().updateOne({ _id: 'pyo_sent' }, { $set: { state: 'paid' } });
    assert.deepEqual(await tell(), { stuck: 0, freed: 1 });
    assert.deepEqual(await exceptions(), [
      ['payout_stuck', 'pyo_sent', 'resolved'],
      ['payout_stuck', 'pyo_unknown', 'open'],
    ]);
  });
});
