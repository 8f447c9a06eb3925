import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../server/config.ts';
import { systemClock } from '../../server/clock.ts';
import { useTestDatabase } from '../../server/database/testing/test-database.ts';
import { seedDemo } from '../../server/demo/seed-demo.ts';
import { openServices, type OpenServices } from '../../server/open-services.ts';
import { testCli, type CommandResult } from '../testing/test-cli.ts';

/*
 * Hours at CNY 0.60, whole minutes of the union of a day's shifts, at least one hour a day:
 *   W1, 1 March: 08:00-10:00 and 09:30-11:00 = 180 min = 180 fen; 2 March: 08:00-08:10 = 1 hour = 60 fen
 *   W2, 1 March: 22:00-23:30 = 90 min = 90 fen
 */
const HOURS = `id,who,from,until
s1,W1,2022-03-01 08:00,2022-03-01 10:00
s2,W1,2022-03-01 09:30,2022-03-01 11:00
s3,W1,2022-03-02 08:00,2022-03-02 08:10
s4,W2,2022-03-01 22:00,2022-03-01 23:30
`;
/** One fen for an order: four orders, of two drivers, on two days. */
const ORDERS = `id,who,from,until
o1,D1,2022-03-01 08:00,2022-03-01 08:20
o2,D1,2022-03-01 08:10,2022-03-01 08:40
o3,D1,2022-03-02 08:00,2022-03-02 08:20
o4,D2,2022-03-01 08:00,2022-03-01 08:20
`;

describe('shifts import under a policy whose answers are not final', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let run: (...args: readonly string[]) => Promise<CommandResult>;
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parasol-story-'));
    const config = readConfig({ NODE_ENV: 'test', PARASOL_DATA_DIR: folder });
    services = await openServices({ config, database, clock: systemClock, log: pino({ level: 'silent' }) });
    await seedDemo(services);
    run = testCli(services, database);
  });
  after(async () => {
    await services.close();
    await rm(folder, { recursive: true });
  });

  const cases = [
    { name: 'hours', csv: HOURS, policy: 'pol_demo_hourly', covers: 3, fen: 330 },
    { name: 'orders', csv: ORDERS, policy: 'pol_demo_orders', covers: 3, fen: 4 },
  ];
  for (const { name, csv, policy, covers, fen } of cases) {
    it(`${name}: the dry run, the import, its repetition and the statements name one premium`, async function () {
      this.timeout(60_000);
      const file = join(folder, `${name}.csv`);
      await writeFile(file, csv);
      const importing = async (...more: string[]) => {
        const { out, notes } = await run(
          'shifts',
          'import',
          file,
          '--mapping',
          `scripts/testing/${name}.yaml`,
          '--policy',
          policy,
          '--json',
          ...more,
        );
        assert.equal(notes.includes('error'), false, notes);
        return JSON.parse(out) as unknown;
      };
      const totals = {
        rows: 4,
        rejected: 0,
        notCovered: 0,
        covers,
        premium: { amount: fen, currency: 'CNY' },
        rejections: {},
      };
      assert.deepEqual(await importing(), { ...totals, accepted: 4, replayed: 0 });
      assert.deepEqual(await importing('--apply'), { ...totals, accepted: 4, replayed: 0 });
      assert.deepEqual(await importing(), { ...totals, accepted: 0, replayed: 4 });
      assert.deepEqual(await importing('--apply'), { ...totals, accepted: 0, replayed: 4 });
      await run('statements', 'close', '--policy', policy, '--through', '2022-12-31', '--apply');
      const statements = await services.models.statements.find({ policyId: policy }).lean();
      assert.equal(
        statements.reduce((sum, { total }) => sum + total.amount, 0),
        fen,
      );
    });
  }

  it('without back-filling, rows of yesterday are rejected by age or not covered: late and over', async () => {
    const now = services.clock.now();
    const hoursAgo = (hours: number): string =>
      new Date(now + 8 * 3_600_000 - hours * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
    const file = join(folder, 'late.csv');
    await writeFile(
      file,
      `id,who,from,until\nl1,R1,${hoursAgo(30)},${hoursAgo(28)}\nl2,R1,${hoursAgo(24 * 40)},${hoursAgo(24 * 40 - 1)}\n`,
    );
    const mapping = join(folder, 'late.yaml');
    await writeFile(
      mapping,
      JSON.stringify({
        version: 1,
        timeZone: 'Asia/Shanghai',
        fields: {
          workerId: { column: 'who' },
          shiftId: { column: 'id' },
          occupationClass: { constant: 'food-delivery' },
          territory: { constant: 'CN' },
        },
        start: { at: { column: 'from', format: 'yyyy-MM-dd HH:mm' } },
        end: { at: { column: 'until', format: 'yyyy-MM-dd HH:mm' } },
      }),
    );
    const { out } = await run(
      'shifts',
      'import',
      file,
      '--mapping',
      mapping,
      '--policy',
      'pol_demo_rider',
      '--apply',
      '--json',
    );
    assert.deepEqual(JSON.parse(out), {
      rows: 2,
      accepted: 1,
      replayed: 0,
      rejected: 1,
      notCovered: 1,
      covers: 0,
      premium: { amount: 0, currency: 'CNY' },
      rejections: { event_too_old: 1 },
    });
  });
});
