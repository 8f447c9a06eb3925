import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Stripe from 'stripe';
import { waitUntil } from '../../database/embedded/wait-until.ts';
import { openSandbox, setSandboxWebhookUrl } from './open-sandbox.ts';
import type { OpenSandbox } from './open-sandbox.ts';

describe('sandbox: shared by the processes of a data folder', () => {
  let folder = '';
  const open: OpenSandbox[] = [];
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await end(child);
    for (const sandbox of open.splice(0)) await sandbox.close();
    await rm(folder, { recursive: true });
  });

  const openHere = async (): Promise<OpenSandbox> => {
    const sandbox = await openSandbox(folder, {
      webhookSecret: 'whsec_test',
      onProgress: () => undefined,
      onTrouble: (message) => assert.fail(message),
    });
    open.push(sandbox);
    return sandbox;
  };
  const openThere = async (): Promise<{ child: ChildProcess; told: string }> => {
    const child = fork(new URL('hold-sandbox.ts', import.meta.url), [folder], { silent: true });
    children.push(child);
    if (child.stdout === null) throw new Error('no output');
    const line: unknown[] = await once(createInterface(child.stdout), 'line');
    return { child, told: String(line[0]) };
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const clientOf = ({ url }: OpenSandbox) =>
    new Stripe('sk_test_1', { host: '127.0.0.1', port: new URL(url).port, protocol: 'http', telemetry: false });

  it('of two that start at once one runs it, and both see the same', async () => {
    const [a, b] = await Promise.all([openHere(), openHere()]);
    assert.deepEqual([a.owned, b.owned].sort(), [false, true]);
    assert.equal(a.url, b.url);
    const { id } = await clientOf(a).customers.create({ name: 'Kuaipao' });
    assert.equal((await clientOf(b).customers.retrieve(id)).id, id);
    assert.equal((await stat(join(folder, 'sandbox.json'))).mode & 0o777, 0o600);
  });

  it('goes on in another process, at the same address with the same books, when its own is killed', async () => {
    const { child, told } = await openThere();
    assert.match(told, /"owned":true/);
    const here = await openHere();
    assert.equal(here.owned, false);
    const stripe = clientOf(here);
    const created = await stripe.customers.create({ name: 'Kuaipao' }, { idempotencyKey: 'once' });
    await end(child);
    await waitUntil(10_000, async () => here.owned || undefined);
    assert.equal(here.owned, true);
    const again = await stripe.customers.create({ name: 'Kuaipao' }, { idempotencyKey: 'once' });
    assert.equal(again.id, created.id);
  });

  it('keeps its address over an end and a new start, and knows where webhooks go, also from before the first', async () => {
    await setSandboxWebhookUrl(folder, 'http://127.0.0.1:9/first');
    const webhookUrl = async ({ url }: OpenSandbox): Promise<string | undefined> =>
      /127\.0\.0\.1:9\/\w+/.exec(await (await fetch(`${url}/_sandbox/state`)).text())?.[0];
    const first = await openHere();
    assert.equal(await webhookUrl(first), '127.0.0.1:9/first');
    await setSandboxWebhookUrl(folder, 'http://127.0.0.1:9/second');
    assert.equal(await webhookUrl(first), '127.0.0.1:9/second');
    await first.close();
    const second = await openHere();
    assert.equal(second.url, first.url);
    assert.equal(await webhookUrl(second), '127.0.0.1:9/second');
  });
});
