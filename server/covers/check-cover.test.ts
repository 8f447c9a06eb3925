import assert from 'node:assert/strict';
import type { Instant } from '../../programs/calendar.ts';
import type { Actor } from '../actor.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { grantConsent } from '../consents/grant-consent.ts';
import { createPlatform } from '../platforms/create-platform.ts';
import { verifyPerson } from '../people/verify-person.ts';
import {
  NATIONAL_ID,
  OPERATOR,
  personActor,
  platformActor,
  refusalOf,
  registerWorker,
  workerActor,
  type World,
} from '../platforms/testing/open-world.ts';
import { workerIdOf } from '../workers/worker-id.ts';
import { checkCover, type KnownVerdict } from './check-cover.ts';
import { listCovers } from './list-covers.ts';
import { readCover } from './read-cover.ts';
import { renderListedCover } from './render-cover.ts';
import { renderCoverCheck } from './render-verdict.ts';
import { DAY, local, openShifts, report } from './testing/open-shifts.ts';

const A = platformActor('plt_a');
const B = platformActor('plt_b');

describe('was the worker covered at an instant, and why', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => {
    world = await openShifts(database);
  });

  const check = async (worker: string, at: Instant, actor: Actor = A) => {
    const { answers } = await checkCover(world.services, { actor, workerId: worker, at });
    assert.ok('asKnownThen' in answers);
    return { then: answers.asKnownThen, now: answers.asKnownNow };
  };
  const checkAsKnown = async (worker: string, at: Instant, asKnownAt: Instant): Promise<KnownVerdict> => {
    const { answers } = await checkCover(world.services, { actor: A, workerId: worker, at, asKnownAt });
    assert.ok('asKnown' in answers);
    return answers.asKnown;
  };

  it('holds from the start to the end of the product day, whoever asks later', async () => {
    await report(world, { worker: 'plain', at: local('18:00') });
    world.clock.set(local('12:00', '2026-03-02'));
    for (const [time, day, covered] of [
      ['17:59', DAY, false],
      ['18:00', DAY, true],
      ['23:59', DAY, true],
      ['01:29', '2026-03-02', true],
      ['11:00', '2026-03-02', false],
    ] as const) {
      const { then, now } = await check('plain', local(time, day));
      assert.deepEqual([time, then.verdict.covered, now.verdict.covered], [time, covered, covered]);
    }
    const { now } = await check('plain', local('20:00'));
    assert.deepEqual(
      now.deciding.map(({ type }) => type),
      ['shift.started'],
    );
    assert.equal(now.verdict.covers[0]?.productDay, DAY);
  });

  it('answers for now without an instant, and never for the future', async () => {
    await report(world, { worker: 'present', at: local('18:00') });
    world.clock.set(local('19:00'));
    const checked = await checkCover(world.services, { actor: A, workerId: 'present' });
    assert.equal(checked.at, local('19:00'));
    assert.equal(renderCoverCheck(checked).covered, true);
    const future = { actor: A, workerId: 'present', at: local('19:00') + 1 };
    await assert.rejects(checkCover(world.services, future), refusalOf('at_in_future'));
    const known = { actor: A, workerId: 'present', asKnownAt: local('19:00') + 1 };
    await assert.rejects(checkCover(world.services, known), refusalOf('at_in_future'));
  });

  it('tells what was known then from what is known now: a start received after the instant (G10)', async () => {
    await report(world, { worker: 'slow', at: local('18:00'), receivedAt: local('18:08') });
    world.clock.set(local('20:00'));
    const { then, now } = await check('slow', local('18:05'));
    assert.deepEqual([then.verdict.covered, now.verdict.covered], [false, true]);
    assert.equal(now.verdict.needsPerson, true);
    assert.deepEqual(then.deciding, []);
    assert.equal((await checkAsKnown('slow', local('18:05'), local('18:07'))).verdict.covered, false);
    assert.equal((await checkAsKnown('slow', local('18:05'), local('18:08'))).verdict.covered, true);
  });

  it('insures a late start from its receipt, and shows the gap (G9)', async () => {
    await report(world, { worker: 'late', at: local('18:00'), receivedAt: local('18:30') });
    world.clock.set(local('20:00'));
    const { then, now } = await check('late', local('18:20'));
    assert.deepEqual([then.verdict.covered, now.verdict.covered], [false, false]);
    assert.deepEqual(now.gaps, [{ shiftId: 'late-shift', from: local('18:00'), to: local('18:30') }]);
    assert.deepEqual(then.gaps, []);
    assert.equal((await check('late', local('18:30'))).now.verdict.covered, true);
  });

  it('tells a platform without a policy that this is why', async () => {
    await createPlatform(world.services, {
      actor: OPERATOR,
      platformId: 'plt_bare',
      name: 'No policy',
      sources: ['https://e.example/shifts'],
      mode: 'test',
    });
    await report(world, { worker: 'bare', at: local('18:00'), platformId: 'plt_bare' });
    world.clock.set(local('20:00'));
    const { now } = await check('bare', local('19:00'), platformActor('plt_bare'));
    assert.deepEqual([now.verdict.covered, now.verdict.reasons], [false, ['no_policy']]);
  });

  it('shows no gap where the day was protected anyway (G9)', async () => {
    await report(world, { worker: 'twice', at: local('18:00') });
    const late = { worker: 'twice', shift: 'second', at: local('19:00'), receivedAt: local('19:30') };
    assert.ok((await report(world, late)).decision.flags.includes('late'));
    await report(world, { worker: 'twice', at: local('18:00'), receivedAt: local('19:40') });
    world.clock.set(local('20:00'));
    const { now } = await check('twice', local('19:15'));
    assert.deepEqual([now.verdict.covered, now.gaps], [true, []]);
  });

  it('keeps protection given before a late end or cancellation was received (G11)', async () => {
    await report(world, { worker: 'cancelled', at: local('18:00') });
    await report(world, {
      type: 'shift.cancelled',
      worker: 'cancelled',
      at: local('18:04'),
      receivedAt: local('18:05'),
    });
    world.clock.set(local('20:00'));
    const before = await check('cancelled', local('18:03'));
    assert.deepEqual([before.then.verdict.covered, before.now.verdict.covered], [true, true]);
    const after = await check('cancelled', local('19:00'));
    assert.deepEqual([after.then.verdict.covered, after.now.verdict.covered], [false, false]);
    assert.equal((await checkAsKnown('cancelled', local('18:10'), local('18:04'))).verdict.covered, true);
  });

  it('says provisional until the instant of knowledge is 60 s old (G19)', async () => {
    await report(world, { worker: 'fresh', at: local('18:00') });
    const asKnownAt = local('18:01');
    for (const [ageMs, provisional] of [
      [0, true],
      [59_999, true],
      [60_000, false],
    ] as const) {
      world.clock.set(asKnownAt + ageMs);
      assert.equal((await checkAsKnown('fresh', asKnownAt, asKnownAt)).provisional, provisional);
    }
  });

  it('needs no cover document: the event names the terms (G1)', async () => {
    const { decision } = await report(world, { worker: 'crashed', at: local('18:00') });
    const coverId = decision.cover?.coverId ?? '';
    assert.equal((await world.services.models.covers.deleteOne({ _id: coverId })).deletedCount, 1);
    world.clock.set(local('20:00'));
    const { now } = await check('crashed', local('19:00'));
    assert.equal(now.verdict.covered, true);
    assert.equal(now.verdict.covers[0]?.coverId, coverId);
  });

  it('says in sentences why not, with the refused event', async () => {
    await report(world, { worker: 'diver', at: local('18:00'), occupationClass: 'diver' });
    world.clock.set(local('20:00'));
    const answer = renderCoverCheck(
      await checkCover(world.services, { actor: A, workerId: 'diver', at: local('19:00') }),
    );
    assert.ok('asKnownNow' in answer && answer.asKnownNow);
    const { covered, sentences, decidedBy } = answer.asKnownNow;
    assert.equal(covered, false);
    assert.equal(sentences[0]?.en, 'Not covered at 2026-03-01 19:00 (Asia/Shanghai).');
    assert.ok(sentences.length > 1 && sentences.every(({ en, zh }) => en !== '' && zh !== ''));
    assert.deepEqual(
      decidedBy.map(({ verdict }) => verdict),
      ['not_covered'],
    );
  });

  it('answers alike for unknown workers and those of others (G22)', async () => {
    const { workerId } = await report(world, { worker: 'ours', at: local('18:00') });
    const ask = (actor: Actor, id: string) => checkCover(world.services, { actor, workerId: id, at: local('12:00') });
    for (const id of ['ours', workerId, 'nobody', 'wrk_nobody']) {
      await assert.rejects(ask(B, id), refusalOf('worker_not_found'));
    }
    await assert.rejects(
      ask(workerActor({ _id: workerId, platformId: 'plt_a' }), 'wrk_other'),
      refusalOf('worker_not_found'),
    );
    await ask(workerActor({ _id: workerId, platformId: 'plt_a' }), 'me');
    await ask(OPERATOR, workerId);
  });

  it("shows another platform's cover by consent: product and window, no events, and writes it down", async () => {
    const nationalId = NATIONAL_ID;
    for (const platformId of ['plt_a', 'plt_b']) await registerWorker(world, platformId, 'both', { nationalId });
    const atB = workerIdOf('plt_b', 'both');
    const { personId } = await verifyPerson(world.services, { actor: OPERATOR, workerId: workerIdOf('plt_a', 'both') });
    await verifyPerson(world.services, { actor: OPERATOR, workerId: atB });
    await report(world, { worker: 'both', at: local('18:00'), platformId: 'plt_b' });
    world.clock.set(local('20:00'));
    assert.equal((await check('both', local('19:00'))).now.verdict.covered, false);

    const expiresAt = local('12:00', '2026-03-05');
    await grantConsent(world.services, {
      actor: personActor(personId),
      granteePlatformId: 'plt_a',
      purpose: 'cover_check',
      expiresAt,
    });
    const answer = renderCoverCheck(
      await checkCover(world.services, { actor: A, workerId: 'both', at: local('19:00') }),
    );
    assert.ok('asKnownNow' in answer && answer.asKnownNow);
    assert.equal(answer.asKnownNow.covered, true);
    assert.deepEqual(answer.asKnownNow.decidedBy, []);
    const shown = JSON.stringify(answer);
    for (const secret of [atB, 'pol_b', 'both-shift']) assert.ok(!shown.includes(secret), `${secret} is shown`);
    const written = await world.services.models.disclosures.find({ workerId: atB, basis: 'consent' }).lean();
    assert.deepEqual(
      written.map(({ reader, purpose }) => [reader, purpose]),
      [['platform:plt_a', 'cover_check']],
    );
    const [listed, ...more] = await listCovers(world.services, {
      actor: A,
      workerId: 'both',
      from: DAY,
      to: DAY,
      limit: 9,
    });
    assert.ok(listed?.byConsent && more.length === 0);
    const { coverId } = listed.folded.terms;
    assert.ok(!JSON.stringify(renderListedCover(listed)).includes('pol_b'));
    const read = readCover(world.services, { actor: A, coverId, purpose: 'covers' });
    await assert.rejects(read, refusalOf('cover_not_found'));
    assert.equal((await check('me', local('19:00'), personActor(personId))).now.verdict.covered, true);
  });

  it('makes two reads, which look at what they return', async () => {
    for (let day = 1; day <= 20; day++) {
      const dayText = `2026-02-${String(day).padStart(2, '0')}`;
      await report(world, { worker: 'steady', shift: `s${day}`, at: local('18:00', dayText) });
    }
    await report(world, { worker: 'steady', shift: 'today', at: local('18:00') });
    world.clock.set(local('20:00'));
    await world.services.policies.revisionsOf('plt_a');
    await database.db.command({ profile: 2 });
    await check('steady', local('19:00'));
    await database.db.command({ profile: 0 });
    const reads = await database.db.collection('system.profile').find({ op: 'query' }).toArray();
    assert.deepEqual(reads.map(({ ns }) => String(ns).split('.').at(-1)).sort(), ['shift_events', 'workers']);
    for (const { ns, docsExamined, keysExamined, nreturned, planSummary } of reads) {
      assert.equal(docsExamined, nreturned, `${ns} examines what it returns (${planSummary})`);
      assert.ok(keysExamined <= nreturned + 1, `${ns}: ${keysExamined} keys`);
    }
  });
});
