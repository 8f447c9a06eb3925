import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../../programs/refusal.ts';
import type { IncomingEvent, IntakeResult, ShiftIntake } from '../../server/shifts/shift-intake.ts';
import { importShifts, type ImportOptions } from './import-shifts.ts';
import type { RowVerdict } from './import-tally.ts';
import { parseMapping } from './mapping-file.ts';
import { RejectsFile } from './row-files.ts';

const NOW = Date.parse('2025-06-10T00:00:00Z');
const MAPPING = parseMapping(
  JSON.stringify({
    version: 1,
    text: { nulls: ['NaN'] },
    timeZone: 'UTC',
    fields: {
      workerId: { column: 'courier' },
      shiftId: { column: 'order' },
      declaredAge: { column: 'age', optional: true },
      occupationClass: { constant: 'food-delivery' },
      territory: { constant: 'IN' },
    },
    start: { at: { column: 'at', format: 'yyyy-MM-dd HH:mm' } },
    end: { startPlusMinutes: 45 },
  }),
  'm.yaml',
);
const HEADER = 'order,courier,age,at\n';

/** Answers as the intake does: CNY 3.00 a courier and day, nobody under 16, one content per id. */
class FakeIntake implements ShiftIntake {
  readonly stored = new Map<string, string>();
  troubles: Refusal[] = [];
  calls = 0;

  async submit(events: readonly IncomingEvent[]): Promise<readonly IntakeResult[]> {
    this.calls += 1;
    const trouble = this.troubles.shift();
    if (trouble !== undefined) throw trouble;
    return events.map((event) => this.#answer(event, this.stored));
  }
  async dryRun(events: readonly IncomingEvent[]): Promise<readonly IntakeResult[]> {
    const known = new Map(this.stored);
    return events.map((event) => this.#answer(event, known));
  }
  async drain(): Promise<void> {}

  #answer(event: IncomingEvent, known: Map<string, string>): IntakeResult {
    const content = JSON.stringify(event);
    const before = known.get(event.id);
    if (before !== undefined && before !== content) {
      return {
        status: 'rejected',
        refusal: new Refusal('conflict', 'event_id_reused', 'Used before with other content.'),
      };
    }
    known.set(event.id, content);
    return {
      status: before === undefined ? 'accepted' : 'replayed',
      eventId: event.id,
      workerId: event.data.workerId,
      receivedAt: NOW,
      decision: decision(event),
    };
  }
}

function decision({ type, time, data }: IncomingEvent): Extract<IntakeResult, { decision: unknown }>['decision'] {
  if (type !== 'shift.started') return { outcome: 'ended', reasons: [], flags: [] };
  if ((data.declaredAge ?? 16) < 16) return { outcome: 'not_covered', reasons: ['age_below'], flags: [] };
  const productDay = new Date(time).toISOString().slice(0, 10);
  const cover = {
    coverId: `${productDay}/${data.workerId}`,
    policyId: 'pol_x',
    workerId: data.workerId,
    productDay,
    policyRevision: 1,
    product: 'rider-day@1',
    effectiveAt: new Date(time),
  };
  return { outcome: 'covered', reasons: [], flags: [], cover, premium: { amount: 300, currency: 'CNY', final: true } };
}

describe('importShifts', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parasol-import-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function run(csv: string, intake: FakeIntake, change: Partial<ImportOptions> = {}) {
    const file = join(folder, 'rows.csv');
    await writeFile(file, csv);
    const verdicts: RowVerdict[] = [];
    const result = await importShifts(intake, {
      file,
      mapping: MAPPING,
      policy: { policyId: 'pol_x', platformId: 'plt_x', currency: 'CNY', backFilling: true, source: '//s' },
      apply: true,
      now: NOW,
      premiumOf: async () => assert.fail('every premium was final'),
      onVerdict: async (verdict) => void verdicts.push(verdict),
      ...change,
    });
    return { ...result, verdicts };
  }

  const FILE = `${HEADER}o1,c1,30,2025-06-01 10:00
o2,c1,31,2025-06-01 12:00
o3,c1,NaN,2025-06-02 10:00
o4,c2,15,2025-06-01 10:00
o5,c2,20,NaN
o1,c1,30,2025-06-01 10:00
o1,c9,30,2025-06-01 10:00
`;
  const FIRST = {
    rows: 7,
    accepted: 4,
    replayed: 1,
    rejected: 2,
    notCovered: 1,
    covers: 2,
    premium: { amount: 600, currency: 'CNY' },
    rejections: { event_id_reused: 1, value_missing: 1 },
  };

  it('counts rows, covers and premium, and says what to look at', async () => {
    const { summary, warnings, verdicts } = await run(FILE, new FakeIntake());
    assert.deepEqual(summary, FIRST);
    assert.deepEqual(warnings, {
      contradictingAges: { workers: 1, named: ['c1'] },
      unknownAgeRows: 1,
      notCoveredReasons: { age_below: 1 },
    });
    assert.deepEqual(
      verdicts.map(({ row, verdict }) => `${row} ${verdict}`),
      ['2 accepted', '3 accepted', '4 accepted', '5 accepted', '6 rejected', '7 replayed', '8 rejected'],
    );
  });

  it('answers the same totals the second time, all replayed, and stores nothing', async () => {
    const intake = new FakeIntake();
    await run(FILE, intake);
    const stored = intake.stored.size;
    const { summary } = await run(FILE, intake);
    assert.deepEqual(summary, { ...FIRST, accepted: 0, replayed: 5 });
    assert.equal(intake.stored.size, stored);
  });

  it('foretells in a dry run what applying brings, also across batches, and stores nothing', async () => {
    const rows = Array.from({ length: 700 }, (_, n) => `x${n % 650},d${n % 100},30,2025-06-0${1 + (n % 3)} 10:00\n`);
    const clash = 'x3,d3,30,2025-06-09 10:00\n';
    const csv = FILE + rows.join('') + clash;
    const dry = new FakeIntake();
    const foretold = await run(csv, dry, { apply: false });
    assert.equal(dry.stored.size, 0);
    const applied = await run(csv, new FakeIntake());
    assert.deepEqual(foretold.summary, applied.summary);
    const codes = ({ verdicts }: typeof applied) =>
      verdicts.map((verdict) => (verdict.verdict === 'rejected' ? verdict.problem.code : verdict.verdict));
    assert.deepEqual(codes(foretold), codes(applied));
  });

  it('sends a batch again when the intake is full', async () => {
    const intake = new FakeIntake();
    intake.troubles = [new Refusal('unavailable', 'queue_full', 'Full.', { retryAfterSeconds: 0.01 })];
    const { summary } = await run(FILE, intake);
    assert.equal(intake.calls, 2);
    assert.equal(summary.accepted, 4);
  });

  it('keeps the order of the file with several batches in flight', async () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => `y${n},e${n},30,2025-06-01 10:00\n`);
    const { verdicts } = await run(HEADER + rows.join(''), new FakeIntake());
    assert.deepEqual(
      verdicts.map(({ row }) => row),
      rows.map((_, n) => n + 2),
    );
  });

  it('writes rejected rows that can be corrected and imported again', async () => {
    const intake = new FakeIntake();
    const rejects = new RejectsFile(join(folder, 'rejects.csv'));
    const io = {
      onHeader: (header: readonly string[]) => rejects.begin(header),
      onVerdict: (verdict: RowVerdict, cells: readonly string[]) => rejects.add(verdict, cells),
    };
    await run(FILE, intake, io);
    await rejects.close();
    assert.equal(rejects.lines, 2);
    const text = await readFile(rejects.path, 'utf8');
    assert.deepEqual(text.trimEnd().split('\n'), [
      'order,courier,age,at,rejected_row,rejected_column,rejected_code,rejected_reason',
      'o5,c2,20,NaN,6,at,value_missing,at is empty.',
      'o1,c9,30,2025-06-01 10:00,8,,event_id_reused,Used before with other content.',
    ]);
    const again = new RejectsFile(join(folder, 'again.csv'));
    const { summary } = await run(text.replace('o5,c2,20,NaN', 'o5,c2,20,2025-06-01 10:00'), intake, {
      onHeader: (header) => again.begin(header),
      onVerdict: (verdict, cells) => again.add(verdict, cells),
    });
    await again.close();
    assert.deepEqual([summary.accepted, summary.rejected], [1, 1]);
    assert.match(
      await readFile(again.path, 'utf8'),
      /^order,courier,age,at,rejected_row,[^\n]*\no1,c9,[^\n]*,3,,event_id_reused,/,
    );
  });

  const unusable: [why: string, csv: string, code: string, says: RegExp][] = [
    ['an empty file', '', 'csv_empty', /first row must name the columns/],
    ['a missing column', 'order,courier,at\n', 'mapping_column_absent', /no column "age".*It has: order, courier, at/],
    ['a column named twice', 'order,order,courier,age,at\n', 'csv_header_repeated', /row 1: the column "order"/],
    [
      'a quotation mark never closed',
      `${HEADER}o1,c1,30,2025-06-01 10:00\n"o2,c1,30,x\n`,
      'csv_unreadable',
      /row 3: a quotation mark/,
    ],
  ];
  for (const [why, csv, code, says] of unusable) {
    it(`refuses ${why} with a sentence`, async () => {
      await assert.rejects(
        run(csv, new FakeIntake()),
        (error) => error instanceof Refusal && error.code === code && says.test(error.message),
      );
    });
  }

  it('refuses a row that is too long instead of filling the memory', async () => {
    const csv = `${HEADER}"${'x'.repeat(1_000_000)}`;
    await assert.rejects(run(csv, new FakeIntake()), /row 2: the row is longer than/);
  });

  it('takes a byte-order mark, CRLF, empty lines and quoted cells', async () => {
    const csv = `\uFEFForder,courier,age,at\r\n"o1","c""1",30,2025-06-01 10:00\r\n\r\n`;
    const { summary } = await run(csv, new FakeIntake());
    assert.deepEqual([summary.rows, summary.accepted], [1, 1]);
  });
});
