import assert from 'node:assert/strict';
import { openWorkday } from '../server/billing/testing/workday.ts';
import { waitUntil } from '../server/database/embedded/wait-until.ts';
import { useTestDatabase } from '../server/database/testing/test-database.ts';
import type { OpenServices } from '../server/open-services.ts';
import { AGENDA_COLLECTION, startAgenda, type JobClock } from './agenda.ts';
import type { ScheduledJob, Tick } from './schedule.ts';

/** Agenda keeps a timer of half the lock's life for each run: short here, so that it does not hold up the end. */
const LOCK_MINUTES = 1 / 300;

describe('startAgenda', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  const running: JobClock[] = [];
  before(async () => ({ services } = await openWorkday(database)));
  afterEach(async () => {
    await Promise.all(running.splice(0).map((clock) => clock.stop()));
    await jobs().deleteMany({});
  });

  const jobs = () => database.db.collection(AGENDA_COLLECTION);
  const job = (name: string, tick: Tick, cron = '0 3 * * *'): ScheduledJob => ({
    name,
    cron,
    timeZone: 'Asia/Shanghai',
    lockMinutes: LOCK_MINUTES,
    tick,
  });
  async function start(...schedule: ScheduledJob[]): Promise<JobClock> {
    const clock = await startAgenda(services, schedule, { processEveryMs: 20 });
    running.push(clock);
    return clock;
  }
  const makeDue = (name: string) => jobs().updateOne({ name }, { $set: { nextRunAt: new Date(0) } });
  const within = async (what: () => Promise<boolean> | boolean) =>
    assert.equal(await waitUntil(10_000, async () => ((await what()) ? true : undefined), 20), true);

  it('plants the timetable with its zone, and writes only what is absent or changed', async () => {
    const idle: Tick = async () => ({});
    const clock = await start(job('one', idle), job('two', idle));
    const planted = await jobs().find().sort({ name: 1 }).toArray();
    assert.deepEqual(
      planted.map(({ name, repeatInterval, repeatTimezone }) => [name, repeatInterval, repeatTimezone].join(' ')),
      ['one 0 3 * * * Asia/Shanghai', 'two 0 3 * * * Asia/Shanghai'],
    );
    assert.equal(new Date(String(planted[0]?.['nextRunAt'])).getUTCHours(), 19);
    assert.deepEqual(await clock.plant(), []);
    await jobs().deleteOne({ name: 'two' });
    await jobs().updateOne({ name: 'one' }, { $set: { repeatInterval: '0 4 * * *' } });
    assert.deepEqual(await clock.plant(), ['one', 'two']);
  });

  it('two processes that start at once plant each job once', async () => {
    const one = job('one', async () => ({}));
    await Promise.all([start(one), start(one), start(one)]);
    assert.equal(await jobs().countDocuments(), 1);
  });

  it('runs what was missed while nobody was there, and counts it', async () => {
    let ran = 0;
    const one = job('missed', async () => ({ ran: ++ran }));
    await (await start(one)).stop();
    await makeDue('missed');
    await start(one);
    await within(() => ran > 0);
    const text = await services.metrics.registry.metrics();
    assert.match(text, /parasol_job_ticks_total\{job="missed",result="done"\} 1/);
  });

  it('a tick that fails is counted, and runs again at its time', async () => {
    let ran = 0;
    await start(
      job('failing', async () => {
        ran += 1;
        throw new Error('no database');
      }),
    );
    await makeDue('failing');
    await within(async () => (await jobs().findOne({ name: 'failing' }))?.['failCount'] === 1);
    await makeDue('failing');
    await within(() => ran === 2);
    const text = await services.metrics.registry.metrics();
    assert.match(text, /parasol_job_ticks_total\{job="failing",result="failed"\} [12]/);
  });

  it('wiped while it runs: the timetable comes back', async () => {
    const clock = await startAgenda(services, [job('one', async () => ({}))], {
      processEveryMs: 50,
      replantEveryMs: 50,
    });
    running.push(clock);
    await jobs().deleteMany({});
    await within(async () => (await jobs().countDocuments({ name: 'one' })) === 1);
  });

  it('stop starts no more ticks, and waits for the one under way and for what Agenda writes about it', async () => {
    const steps: string[] = [];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const clock = await start(
      job('slow', async () => {
        steps.push('begun');
        await released;
        steps.push('ended');
        return {};
      }),
    );
    await makeDue('slow');
    await within(() => steps.length === 1);
    const stopped = clock.stop().then(() => steps.push('stopped'));
    release();
    await stopped;
    assert.deepEqual(steps, ['begun', 'ended', 'stopped']);
    assert.ok((await jobs().findOne({ name: 'slow' }))?.['lastFinishedAt']);
  });
});
