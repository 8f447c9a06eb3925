import assert from 'node:assert/strict';
import { local, openShifts } from '../covers/testing/open-shifts.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { World } from '../platforms/testing/open-world.ts';
import { decideFlush } from './decide-flush.ts';
import { intakeItem } from './intake-item.ts';
import { settleFlush } from './settle-flush.ts';
import type { IncomingEvent, IntakeResult } from './shift-intake.ts';

type Accepted = Extract<IntakeResult, { status: 'accepted' | 'replayed' }>;

/** Starts of one worker's day, in the order of their receipt. */
const start = (name: string, at: string): IncomingEvent => ({
  source: 'https://a.example/shifts',
  id: `event-${name}`,
  type: 'shift.started',
  time: local(at),
  data: { workerId: 'rider', shiftId: `shift-${name}`, occupationClass: 'rider', territory: 'CN' },
});
const FIRST = start('first', '11:55');
const SECOND = start('second', '11:58');

describe('a flush that a crash cut in half (G1, G2)', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openShifts(database);
  });
  beforeEach(async () => {
    await world.services.models.shiftEvents.deleteMany({});
    await world.services.models.covers.deleteMany({});
  });

  async function submit(event: IncomingEvent): Promise<Accepted> {
    const [result] = await world.services.intake.submit([event], { platformId: 'plt_a', via: 'api' });
    assert.ok(result && !('refusal' in result), JSON.stringify(result));
    return result;
  }
  /** Everything but whether it was a replay. */
  const said = (result: Accepted) => ({ ...result, status: 'whichever' });
  const loseEvent = async (event: IncomingEvent) => {
    const { deletedCount } = await world.services.models.shiftEvents.deleteOne({ eventId: event.id });
    assert.equal(deletedCount, 1);
  };
  const openers = async () => (await world.services.models.covers.find().lean()).map(({ openedBy }) => openedBy);

  it('the cover was stored and its event lost: sent again, the event gets the same answer as its replay', async () => {
    await submit(FIRST);
    await loseEvent(FIRST);
    const second = await submit(SECOND);
    assert.equal(second.decision.outcome, 'already_covered');

    const again = await submit(FIRST);
    assert.equal(again.status, 'accepted');
    assert.equal(again.decision.outcome, 'covered');
    assert.deepEqual(said(await submit(FIRST)), said(again));
    assert.deepEqual(said(await submit(SECOND)), said(second));
    assert.deepEqual(await openers(), [again.eventId]);
  });

  it('both events in one request: the same', async () => {
    await submit(FIRST);
    await loseEvent(FIRST);
    const send = () => world.services.intake.submit([SECOND, FIRST], { platformId: 'plt_a', via: 'api' });
    const outcomes = (results: readonly IntakeResult[]) =>
      results.map((result) => ('decision' in result ? result.decision.outcome : result.status));
    assert.deepEqual(outcomes(await send()), ['already_covered', 'covered']);
    assert.deepEqual(outcomes(await send()), ['already_covered', 'covered']);
  });

  it('the event was stored and its cover lost: who joins the day finds the cover again', async () => {
    const first = await submit(FIRST);
    await world.services.models.covers.deleteMany({});
    const second = await submit(SECOND);
    assert.equal(second.decision.outcome, 'already_covered');
    assert.deepEqual(await openers(), [first.eventId]);
    assert.deepEqual(said(await submit(FIRST)), said(first));
    assert.deepEqual(said(await submit(SECOND)), said(second));
  });

  it('an event that was there before and cannot be read back is not acknowledged', async () => {
    const item = intakeItem(FIRST, { platformId: 'plt_a', via: 'api' }, local('12:00'), () => undefined);
    const loaded = {
      policies: new Map([['plt_a', await world.services.policies.revisionsOf('plt_a')]]),
      ...{ workers: new Map(), facts: new Map(), events: new Map(), shiftClaims: new Map() },
    };
    const rulings = decideFlush([item], loaded, [], { pay: () => undefined });
    const clashes = { events: new Set([item.key]), covers: new Set<string>() };
    await assert.rejects(settleFlush(world.services, rulings, clashes), /read back/);
  });
});
