import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../clock.ts';
import { openSandboxAccess } from './sandbox-access.ts';
import { openStripeClient, type StripeAccess } from './stripe/stripe-client.ts';

describe('the sandbox instead of Stripe', () => {
  let folder = '';
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'sandbox-access-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const open = (more: { folder?: string } = { folder }) =>
    openSandboxAccess({ ...more, webhookSecret: 'whsec_test', clock: systemClock, log: pino({ level: 'silent' }) });
  const customersOf = async (access: StripeAccess) => {
    const { data } = await openStripeClient(access).customers.list();
    return data.map(({ name }) => name);
  };

  it('is one for all processes, and remembers when it starts again', async () => {
    const [first, second] = [open(), open()];
    const [here, there] = await Promise.all([first.access(), second.access()]);
    assert.equal(here.url, there.url);
    await openStripeClient(here).customers.create({ name: 'Kuaipao' }, { idempotencyKey: 'a' });
    assert.deepEqual(await customersOf(there), ['Kuaipao']);
    await first.close();
    await second.close();
    const third = open();
    assert.deepEqual(await customersOf(await third.access()), ['Kuaipao']);
    await third.close();
  });

  it('without a folder is forgotten at the end', async () => {
    const own = open({});
    await openStripeClient(await own.access()).customers.create({ name: 'Kuaipao' }, { idempotencyKey: 'a' });
    await own.close();
    const again = open({});
    assert.deepEqual(await customersOf(await again.access()), []);
    await again.close();
  });

  it('never started, has nothing to end', () => open().close());
});
