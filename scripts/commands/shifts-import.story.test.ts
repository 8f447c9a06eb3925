import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { checkStatements } from '../../server/billing/testing/check-statements.ts';
import { readConfig } from '../../server/config.ts';
import { systemClock } from '../../server/clock.ts';
import { useTestDatabase } from '../../server/database/testing/test-database.ts';
import { seedDemo } from '../../server/demo/seed-demo.ts';
import { openServices, type OpenServices } from '../../server/open-services.ts';
import { testCli, type CommandResult } from '../testing/test-cli.ts';

const MAPPING = 'scripts/mappings/deliveries.yaml';

interface Story {
  readonly file: string;
  /** Counted by an independent program that shares nothing with the import. */
  readonly expected: {
    readonly rows: number;
    readonly taken: number;
    readonly rejections: Readonly<Record<string, number>>;
    readonly notCovered: number;
    readonly covers: number;
    readonly productDays: number;
  };
  readonly contradictingAges: number;
}

const REAL: Story = {
  file: '../shared/data/deliveries.csv',
  expected: {
    rows: 11_399,
    taken: 10_955,
    rejections: { value_missing: 444 },
    notCovered: 0,
    covers: 9_948,
    productDays: 46,
  },
  contradictingAges: 1_194,
};

/*
 * A1 works on 11 March, A2 twice on 11 March (00:40 on the 12th still belongs to it) and once on the 12th, A3 is 15,
 * A4 gives no age; three rows cannot be read. Covers: A1 11th, A2 11th, A2 12th, A4 11th.
 */
const SMALL: Story = {
  file: 'scripts/testing/deliveries-small.csv',
  expected: {
    rows: 9,
    taken: 6,
    rejections: { date_unreadable: 1, time_unreadable: 1, value_missing: 1 },
    notCovered: 1,
    covers: 4,
    productDays: 2,
  },
  contradictingAges: 1,
};

/** The price of a rider's day, in fen. */
const PRICE = 300;

type Run = (...args: readonly string[]) => Promise<CommandResult>;

function tell({ file, expected, contradictingAges }: Story, more?: (run: Run) => void): void {
  const database = useTestDatabase();
  let services: OpenServices;
  let run: Run;
  let folder = '';
  const { rows, taken, rejections, notCovered, covers } = expected;
  const totals = {
    rows,
    rejected: rows - taken,
    notCovered,
    covers,
    premium: { amount: covers * PRICE, currency: 'CNY' },
    rejections,
  };

  before('open services with the demo', async () => {
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

  const importing = (...more: string[]) =>
    run(
      'shifts',
      'import',
      file,
      '--mapping',
      MAPPING,
      '--policy',
      'pol_demo_backfill',
      '--rejects',
      join(folder, 'rejects.csv'),
      '--json',
      ...more,
    );
  const counts = async () => ({
    events: await services.models.shiftEvents.countDocuments(),
    covers: await services.models.covers.countDocuments(),
  });

  it('foretells covers, premium and rejected rows, and stores nothing', async function () {
    this.timeout(120_000);
    const { exit, out, notes } = await importing();
    assert.equal(exit, 0, notes);
    assert.deepEqual(JSON.parse(out), { ...totals, accepted: taken, replayed: 0 });
    assert.match(notes, new RegExp(`${contradictingAges} workers are declared with different ages`));
    assert.deepEqual(await counts(), { events: 0, covers: 0 });
  });

  it('brings what was foretold', async function () {
    this.timeout(120_000);
    const { out, notes } = await importing('--apply');
    assert.deepEqual(JSON.parse(out), { ...totals, accepted: taken, replayed: 0 }, notes);
    assert.deepEqual(await counts(), { events: taken * 2, covers });
    const rejects = (await readFile(join(folder, 'rejects.csv'), 'utf8')).trimEnd().split('\n');
    assert.equal(rejects.length, rows - taken + 1);
  });

  it('changes nothing the second time, and answers the same totals', async function () {
    this.timeout(120_000);
    const { out } = await importing('--apply');
    assert.deepEqual(JSON.parse(out), { ...totals, accepted: 0, replayed: taken });
    assert.deepEqual(await counts(), { events: taken * 2, covers });
  });

  it('closes the days into statements that add up to the same premium', async function () {
    this.timeout(120_000);
    const { exit, out, notes } = await run(
      'statements',
      'close',
      '--policy',
      'pol_demo_backfill',
      '--through',
      '2022-12-31',
      '--apply',
      '--json',
    );
    assert.equal(exit, 0, notes);
    const { productDays } = expected;
    const closed = {
      policyId: 'pol_demo_backfill',
      through: '2022-12-31',
      busy: [],
      days: productDays,
      statements: productDays,
    };
    assert.deepEqual(JSON.parse(out), { ...closed, total: totals.premium });
    const statements = await services.models.statements.find().lean();
    assert.equal(
      statements.reduce((sum, { total }) => sum + total.amount, 0),
      totals.premium.amount,
    );
    assert.equal(
      statements.reduce((sum, { coverCount }) => sum + coverCount, 0),
      covers,
    );
    await checkStatements(services);
  });

  it('closes nothing again', async () => {
    await run('statements', 'close', '--policy', 'pol_demo_backfill', '--through', '2022-12-31', '--apply');
    assert.equal(await services.models.statements.countDocuments(), expected.productDays);
  });

  more?.((...args) => run(...args));
}

describe('shifts import, the story of a small file', () => tell(SMALL, explainsSmall));

/** Why, for people: on days and at an instant, in the policy's time zone. */
function explainsSmall(run: Run): void {
  const explain = async (...when: string[]) =>
    (await run('covers', 'explain', '--worker', 'A1', '--platform', 'plt_demo', ...when)).out;

  it('explains a covered and an uncovered day', async () => {
    const days = await explain('--from', '2022-03-11', '--to', '2022-03-12');
    assert.match(
      days,
      /^Covered on 2022-03-11 by Rider's day .* 2022-03-11 10:00 – 2022-03-12 01:30; charged CNY 3\.00\.$/m,
    );
    assert.match(days, /^at \(Asia\/Kolkata\) .*\n2022-03-11 10:00 +shift\.started +0x01 /m);
    assert.match(days, /^Not covered on 2022-03-12: no work was reported\.$/m);
  });

  it('explains an instant: as it is known now, and as it was known then', async () => {
    const instant = await explain('--at', '2022-03-11T10:30:00+05:30');
    assert.match(instant, /^As it is known now:\nCovered at 2022-03-11 10:30 \(Asia\/Kolkata\) by Rider's day/);
    assert.match(instant, /As it was known at that moment:\nNot covered at 2022-03-11 10:30/);
    const uncovered = await explain('--at', '2022-03-20T10:30:00+05:30');
    assert.equal(uncovered, 'Not covered at 2022-03-20 10:30 (Asia/Kolkata).\nNo work was reported for this time.\n');
  });
}

if (existsSync(REAL.file)) {
  describe('shifts import, the story of deliveries.csv', () => tell(REAL));
} else {
  describe('shifts import, the story of deliveries.csv', () => {
    it('deliveries.csv is absent: the small file above tells the same story', () => assert.ok(existsSync(SMALL.file)));
  });
}
