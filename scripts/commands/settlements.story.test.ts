import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeThrough } from '../../server/billing/close-through.ts';
import { checkStatements } from '../../server/billing/testing/check-statements.ts';
import { at, DAY, openWorkday, storeEvents, TEST_OPERATOR } from '../../server/billing/testing/workday.ts';
import { createCarrier } from '../../server/carriers/create-carrier.ts';
import type { MovableClock } from '../../server/clock.ts';
import { useTestDatabase } from '../../server/database/testing/test-database.ts';
import { closeMonths } from '../../server/ledger/testing/close-months.ts';
import type { OpenServices } from '../../server/open-services.ts';
import { createKey } from '../../server/platforms/create-key.ts';
import { testCli } from '../testing/test-cli.ts';

/** A month with a carrier, from the command line: what it is told, what it pays in, what it is paid. */
describe('bordereaux, settlements and carriers fund-float', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let clock: MovableClock;
  let folder = '';
  let env: Record<string, string> = {};
  before(async () => {
    const opened = await openWorkday(database);
    services = opened.services;
    clock = opened.clock;
    clock.set(at('12:00', '2026-04-05'));
    const carrier = { carrierId: 'car_test', name: 'Test Insurance', licence: '1' };
    await createCarrier(services, { actor: TEST_OPERATOR, ...carrier });
    const owner = { kind: 'operator', operatorId: 'opr_ann', mode: 'test' } as const;
    const key = await createKey(services, { actor: TEST_OPERATOR, owner, scopes: ['ledger:write'] });
    env = { PARASOL_OPERATOR_TOKEN: key.secret };
    await storeEvents(services, [{ worker: 'a' }, { worker: 'b' }]);
    await closeThrough(services, { actor: TEST_OPERATOR, policyId: 'pol_day', through: DAY });
    folder = await mkdtemp(join(tmpdir(), 'parasol-settlements-'));
  });
  after(() => rm(folder, { recursive: true }));
  const run = (line: string) => testCli(services, database, env)(...line.split(' '));

  it('exports the bordereau as CSV and as JSON, and says that its month is open', async () => {
    const listed = await run('bordereaux list --carrier car_test --month 2026-03');
    assert.match(listed.out, /brd_\w+ +car_test +2026-03 +CNY +open/);
    const id = /brd_\w+/.exec(listed.out)?.[0] ?? '';
    const csv = await run(`bordereaux export ${id}`);
    assert.match(csv.notes, /2026-03 is not closed/);
    const [header, ...rows] = csv.out.trim().split('\r\n');
    assert.match(header ?? '', /^bordereau_id,.*premium_minor,claims_paid_minor,/);
    assert.equal(rows.length, 2);
    assert.match(rows[0] ?? '', /,charge,1,1,300,0,0,0,CNY,stm_/);
    const file = join(folder, 'bordereau.json');
    assert.match((await run(`bordereaux export ${id} --format json --out ${file}`)).out, /^2 lines in /);
    const whole: unknown = JSON.parse(await readFile(file, 'utf8'));
    assert.ok(typeof whole === 'object' && whole !== null && 'lines' in whole && Array.isArray(whole.lines));
    assert.equal(whole.lines.length, 2);
    assert.equal((await run('bordereaux export brd_none')).exit, 1);
  });

  it('settles only a closed month, by a person, once; and counts it again', async () => {
    const create = 'settlements create --carrier car_test --month 2026-03';
    assert.match((await run(`${create} --apply`)).notes, /2026-03 is not closed/);
    await closeMonths(services, clock, { actor: TEST_OPERATOR, months: ['2026-03'] });
    assert.match((await run(create)).out, /"toPay": \{\s+"amount": 505[\s\S]*Nothing was done/);
    assert.equal(await services.models.settlements.countDocuments(), 0);
    const made = await run(`${create} --apply`);
    // Nobody said where the carrier is paid.
    assert.deepEqual([made.exit, /stl_\w+ is settled and not paid yet: /.test(made.notes)], [1, true]);
    assert.match(made.out, /stl_\w+ +car_test +2026-03 +issued +CNY 6.00 +CNY 5.05 +CNY 0.00 +CNY 5.05/);
    assert.equal((await run(`${create} --apply`)).out, made.out);
    assert.equal((await run('settlements list')).out, made.out);
    const id = /stl_\w+/.exec(made.out)?.[0] ?? '';
    assert.match((await run(`settlements show ${id}`)).out, /createdBy +operator:opr_ann[\s\S]*covers +CNY 6.00/);
    assert.match(
      (await run('settlements check --carrier car_test --month 2026-03')).out,
      /agree on 2026-03[\s\S]*6.00/,
    );
    assert.match((await run('settlements check --carrier car_test --month 2026-01')).notes, /Nothing was charged/);
  });

  it("books a carrier's payment once, by its reference", async () => {
    const fund = 'carriers fund-float --carrier car_test --amount 500000 --currency CNY --ref B-1';
    assert.match((await run(fund)).out, /Nothing was done/);
    assert.match((await run(`${fund} --apply`)).out, /Booked CNY 5000.00 into carrier:car_test:claims_float:CNY/);
    assert.match((await run(`${fund} --apply`)).out, /booked before/);
    const other = await run(`${fund.replace('500000', '500001')} --apply`);
    assert.deepEqual([other.exit, /other facts/.test(other.notes)], [1, true]);
    await checkStatements(services);
  });
});
