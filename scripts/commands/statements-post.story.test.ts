import assert from 'node:assert/strict';
import { closeDay } from '../../server/billing/close-day.ts';
import { at, DAY, openWorkday, storeEvents, TEST_OPERATOR } from '../../server/billing/testing/workday.ts';
import { useTestDatabase } from '../../server/database/testing/test-database.ts';
import { assertBooks } from '../../server/ledger/testing/assert-books.ts';
import type { OpenServices } from '../../server/open-services.ts';
import { createKey } from '../../server/platforms/create-key.ts';
import { testCli } from '../testing/test-cli.ts';

describe('statements post', () => {
  const database = useTestDatabase();
  let services: OpenServices;
  let token = '';
  before(async () => {
    const opened = await openWorkday(database);
    services = opened.services;
    opened.clock.set(at('23:00', '2026-03-03'));
    const owner = { kind: 'operator', operatorId: 'opr_ann', mode: 'test' } as const;
    token = (await createKey(services, { actor: TEST_OPERATOR, owner, scopes: ['ledger:write'] })).secret;
    await storeEvents(services, [{ worker: 'a' }, { worker: 'b' }]);
    await closeDay(services, { actor: TEST_OPERATOR, policyId: 'pol_day', productDay: DAY, force: true });
    await services.models.statements.updateMany({}, { $unset: { effectiveOn: '', month: '', shares: '' } });
    await services.models.transfers.deleteMany({});
    await services.models.accounts.deleteMany({});
  });
  afterEach(() => assertBooks(services));
  const run = (line: string, env: Record<string, string> = {}) => testCli(services, database, env)(...line.split(' '));

  it('shows its plan to anybody, and books only for a person with the scope', async () => {
    assert.match((await run('statements post')).out, /Would book 1 statements[\s\S]*Nothing was done/);
    const nobody = await run('statements post --apply');
    assert.deepEqual([nobody.exit, /PARASOL_OPERATOR_TOKEN/.test(nobody.notes)], [1, true]);
    assert.equal(await services.models.transfers.countDocuments(), 0);
    const env = { PARASOL_OPERATOR_TOKEN: token };
    assert.equal((await run('statements post --apply --json', env)).out, '{"posted":1}\n');
    assert.equal((await run('statements post --apply', env)).out, 'Booked 0 statements.\n');
    assert.equal(await services.models.transfers.countDocuments(), 3);
  });
});
