import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { MovableClock } from '../../server/clock.ts';
import { readConfig } from '../../server/config.ts';
import { useTestDatabase } from '../../server/database/testing/test-database.ts';
import { seedDemo } from '../../server/demo/seed-demo.ts';
import { openServices, type OpenServices } from '../../server/open-services.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { testCli, type CommandResult } from '../testing/test-cli.ts';

const NOW = Date.UTC(2026, 2, 1, 8);

describe('administration from the command line', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let run: (...args: readonly string[]) => Promise<CommandResult>;
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parasol-admin-'));
    const config = readConfig({ NODE_ENV: 'test', PARASOL_DATA_DIR: folder });
    services = await openServices({ config, database, clock: new MovableClock(NOW), log: pino({ level: 'silent' }) });
    run = testCli(services, database);
  });
  after(async () => {
    await services.close();
    await rm(folder, { recursive: true });
  });

  const words = (line: string) => run(...line.split(' '));
  const open =
    'policies open --platform plt_x --carrier car_x --policyholder X --product rider-day@1 --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z --time-zone UTC --occupation rider --territory CN --id pol_x';

  it('sets up a carrier, a platform, its key and a policy, each only with --apply, and harmlessly again', async () => {
    for (const line of [
      'carriers create --name C --licence 1 --id car_x',
      'platforms create --name X --source //x --id plt_x',
      open,
    ]) {
      assert.match((await words(line)).out, /Nothing was done/);
      const [noun = ''] = line.split(' ');
      assert.equal((await words(`${noun} list --json`)).out, '[]\n');
      for (const round of ['first', 'again'])
        assert.equal((await words(`${line} --apply`)).exit, 0, `${line} ${round}`);
    }
    const { out } = await words('keys create --platform plt_x --apply');
    assert.match(out, /^psk_test_\S+\nThis is key_/);
    assert.match((await words('policies list')).out, /pol_x\s+1\s+plt_x/);
  });

  it('rotates a key: two live ones, not three, then revokes', async () => {
    const { out } = await words('keys create --platform plt_x --apply --json');
    const keyId = /"keyId":"(key_\w+)"/.exec(out)?.[1] ?? '';
    const third = await words('keys create --platform plt_x --apply');
    assert.deepEqual([third.exit, /two live keys/.test(third.notes)], [1, true]);
    assert.match((await words(`keys revoke ${keyId}`)).out, /Nothing was done/);
    assert.equal((await words(`keys revoke ${keyId} --apply`)).exit, 0);
    assert.match((await words('keys list --owner plt_x')).out, new RegExp(`${keyId}.*revoked`));
    assert.equal((await words('keys create --platform plt_x --apply')).exit, 0);
  });

  it('revises a policy, keeps what is not named, and refuses a revision that changes nothing', async () => {
    const line = 'policies revise pol_x --to 2027-06-01T00:00:00Z --territory CN --territory HK';
    assert.match((await words(line)).out, /"revision": 2/);
    const { out } = await words(`${line} --apply --json`);
    const revised: unknown = JSON.parse(out);
    assert.ok(typeof revised === 'object' && revised !== null && 'period' in revised && 'territories' in revised);
    assert.deepEqual(revised.period, { from: '2026-01-01T00:00:00.000Z', to: '2027-06-01T00:00:00.000Z' });
    assert.deepEqual(revised.territories, ['CN', 'HK']);
    const again = await words(`${line} --apply`);
    assert.deepEqual([again.exit, /already has these terms/.test(again.notes)], [1, true]);
    const moved = await words('policies revise pol_x --policyholder Y --expect-revision 1 --apply --json');
    assert.deepEqual([moved.exit, /"code":"revision_taken"/.test(moved.out)], [1, true]);
  });

  it('refuses a policy that could not be decided, naming every bad place', async () => {
    const { exit, notes } = await words(
      `${open.replace('rider-day@1', 'moon-day@1').replace('car_x', 'car_none')} --apply`,
    );
    assert.equal(exit, 1);
    assert.match(notes, /moon-day@1/);
    assert.match(notes, /car_none/);
  });

  it('books no withdrawal of what Stripe gives back, nor plans it', async () => {
    const line = 'deposits withdraw --platform plt_x --amount 100 --currency CNY --reference re_1';
    assert.match((await words(line)).out, /Nothing was done/);
    for (const each of [`${line} --provider stripe`, `${line} --provider stripe --apply`]) {
      const { exit, notes } = await words(each);
      assert.equal(exit, EXIT.refused);
      assert.match(notes, /Refund it at Stripe: it is booked by itself/);
    }
  });

  it('shows a worker, exports and erases the person behind', async () => {
    await seedDemo(services);
    const shown = await words('workers show demo-rider --platform plt_demo --json');
    const workerId = /"workerId":"(wrk_\w+)"/.exec(shown.out)?.[1] ?? '';
    const file = join(folder, 'person.json');
    assert.equal((await words(`people export ${workerId} --out ${file}`)).exit, 0);
    assert.ok((await readFile(file, 'utf8')).includes('demo-rider'));
    const twice = await words(`people export ${workerId} --out ${file}`);
    assert.deepEqual([twice.exit, /exists: name another file/.test(twice.notes)], [1, true]);
    assert.match((await words(`people erase ${workerId}`)).out, /Nothing was done/);
    assert.match((await words(`people erase ${workerId} --apply`)).out, /^Erased: 1 workers/);
    assert.equal((await words(`people export ${workerId}`)).out.includes('1995-04-01'), false);
  });

  it('refuses to plan a restore over a database that holds anything', async () => {
    const backup = join(folder, 'backup');
    assert.equal((await words(`db backup ${backup}`)).exit, 0);
    const { exit, out, notes } = await words(`db restore ${backup}`);
    assert.deepEqual([exit, out, /is not empty/.test(notes)], [1, '', true]);
  });

  it('says that what it cannot find is not there', async () => {
    for (const line of [
      'workers show wrk_none',
      'covers show none',
      'statements show stm_none',
      'people erase per_none',
      'policies revise pol_none --policyholder Z',
    ]) {
      const { exit, notes } = await words(line);
      assert.deepEqual([exit, /^error: There is no /.test(notes)], [1, true], `${line}: ${notes}`);
    }
  });
});
