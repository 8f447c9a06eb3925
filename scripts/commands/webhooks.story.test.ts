import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { createCarrier } from '../../server/carriers/create-carrier.ts';
import { systemClock } from '../../server/clock.ts';
import { at, items } from '../../server/covers/testing/open-door.ts';
import { useTestApi, TEST_OPERATOR } from '../../server/http/testing/test-api.ts';
import { deliverWebhooks } from '../../server/webhooks/deliver-webhooks.ts';
import { webhookWorld } from '../../server/webhooks/testing/webhook-world.ts';
import { testCli, type CommandResult } from '../testing/test-cli.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { listenForWebhooks } from '../webhooks/listen.ts';

describe('webhooks and events by command', () => {
  const test = useTestApi();
  const world = webhookWorld(test);
  let run: (...args: readonly string[]) => Promise<CommandResult>;
  before(async () => {
    // When its turn has come, which is long after all files were read.
    test.api.clock.set(systemClock.now());
    await test.api.addPlatform('plt_a');
    const carrier = { carrierId: 'car_a', name: 'Carrier A', licence: 'L-1' };
    await createCarrier(test.api.services, { actor: TEST_OPERATOR, ...carrier });
    run = testCli(test.api.services, test.api.services.database);
  });
  afterEach(() => world.clear());

  const json = async (...args: readonly string[]): Promise<unknown> => {
    const { exit, out, notes } = await run(...args, '--json');
    assert.equal(exit, EXIT.ok, notes);
    return JSON.parse(out);
  };
  const idOf = (value: unknown): string => String(at(value, 'id'));

  it('an endpoint from its making to a resend', async () => {
    const receiver = await world.receiver();
    const create = ['webhooks', 'create', '--audience', 'platform:plt_a', '--url', receiver.url];
    assert.match((await run(...create)).out, /Nothing was done/);
    const made = await json(...create, '--apply');
    assert.match(String(at(made, 'secret')), /^whsec_/);
    const endpointId = idOf(made);
    await world.happen('plt_a', 2);
    await world.deliver();
    assert.equal(receiver.calls.length, 2);

    const listed = items({ data: await json('webhooks', 'endpoints', '--audience', 'platform:plt_a') }, 'data');
    assert.deepEqual(listed.map(idOf), [endpointId]);
    const tested = await json('webhooks', 'test', endpointId, '--apply');
    await world.deliver();
    assert.equal(receiver.calls.at(-1)?.type, 'webhook_endpoint.tested');
    const deliveries = items(
      { data: await json('webhooks', 'deliveries', endpointId, '--state', 'delivered') },
      'data',
    );
    assert.equal(deliveries.length, 3);
    assert.ok(deliveries.map(idOf).includes(idOf(tested)));

    await json('webhooks', 'resend', '--delivery', idOf(tested), '--apply');
    const range = ['--from', '2026-01-01T00:00:00Z', '--to', '2100-01-01T00:00:00Z'];
    assert.equal(at(await json('webhooks', 'resend', '--endpoint', endpointId, ...range, '--apply'), 'count'), 3);
    await world.deliver();
    assert.equal(receiver.calls.length, 6);

    assert.equal(at(await json('webhooks', 'pause', endpointId, '--apply'), 'state'), 'paused');
    assert.equal((await run('webhooks', 'test', endpointId, '--apply')).exit, EXIT.refused);
    assert.equal(at(await json('webhooks', 'resume', endpointId, '--apply'), 'state'), 'active');
    const nothing = await run('webhooks', 'resend', '--endpoint', endpointId);
    assert.equal(nothing.exit, EXIT.usage);
  });

  it('carriers and operators are told too; an unknown audience and a forbidden address are refused', async () => {
    const create = (audience: string, url: string) =>
      run('webhooks', 'create', '--audience', audience, '--url', url, '--apply');
    assert.equal((await create('carrier:car_a', 'https://carrier.example/hook')).exit, EXIT.ok);
    assert.equal((await create('operators', 'https://us.example/hook')).exit, EXIT.ok);
    assert.match((await create('platform:plt_nobody', 'https://a.example/')).notes, /not known/);
    assert.match((await create('operators', 'http://169.254.169.254/')).notes, /public internet/);
    assert.equal((await create('everybody', 'https://a.example/')).exit, EXIT.usage);
    for (let i = 0; i < 9; i++) assert.equal((await create('operators', `https://us.example/${i}`)).exit, EXIT.ok);
    assert.match((await create('operators', 'https://us.example/more')).notes, /10 webhook endpoints already/);
  });

  it('events list shows the log, the latest first or along it', async () => {
    const ids = await world.happen('plt_a', 3);
    await world.deliver();
    const list = async (...more: readonly string[]) =>
      items({ data: await json('events', 'list', ...more) }, 'data').map(idOf);
    assert.deepEqual(new Set(await list()), new Set(ids));
    const along = await list('--oldest');
    assert.deepEqual(await list('--oldest', '--after', String(along[0])), along.slice(1));
    assert.deepEqual(await list(), [...along].reverse());
    assert.deepEqual(await list('--type', 'payout.paid'), []);
    assert.match((await run('events', 'list', '--limit', '1')).notes, /go on with --after evt_/);
  });

  it('listen prints what arrives, verified, and answers 401 to what is not', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const lines: string[] = [];
    let listening: (url: string) => void = () => undefined;
    const url = new Promise<string>((resolve) => (listening = resolve));
    const note = (line: string): void => listening(/http:\S+(?=;)/.exec(line)?.[0] ?? '');
    const cli = { out: (line: string) => void lines.push(line), note };
    const ended = listenForWebhooks(cli, { port: 0, secret, json: true, count: 4 });
    const post = async (key: string, body: string, timestamp = systemClock.now()): Promise<number> => {
      const signature = new Webhook(key).sign('evt_1', new Date(timestamp), body);
      const headers = {
        'webhook-id': 'evt_1',
        'webhook-timestamp': String(Math.floor(timestamp / 1_000)),
        'webhook-signature': signature,
      };
      return (await fetch(await url, { method: 'POST', headers, body })).status;
    };
    assert.equal(await post(secret, '{"type":"shift.clipped"}'), 204);
    assert.equal(await post(`whsec_${Buffer.alloc(32, 8).toString('base64')}`, '{}'), 401);
    assert.equal(await post(secret, '{}', systemClock.now() - 3_600_000), 401);
    assert.equal((await fetch(await url, { method: 'POST', body: '{}' })).status, 401);
    await ended;
    const calls = lines.map((line): unknown => JSON.parse(line));
    assert.deepEqual(
      calls.map((call) => at(call, 'verified')),
      [true, false, false, false],
    );
    assert.deepEqual(at(calls[0], 'event'), { type: 'shift.clipped' });
    assert.match(String(at(calls[1], 'problem')), /signature/);
    assert.match(String(at(calls[2], 'problem')), /too old/);
  });

  it('what our deliverer sends is what listen takes', async () => {
    const lines: string[] = [];
    let bound = '';
    const cli = {
      out: (line: string) => void lines.push(line),
      note: (line: string) => void (bound = /http:\S+(?=;)/.exec(line)?.[0] ?? ''),
    };
    // The port must be known before the endpoint is made, and the secret before it is listened for.
    const probe = await world.receiver();
    const { port } = new URL(probe.url);
    await probe.close();
    const { secret } = await world.endpoint('plt_a', `http://127.0.0.1:${port}/`);
    const ended = listenForWebhooks(cli, { port: Number(port), secret, json: false, count: 1 });
    assert.ok(await world.within(() => bound !== ''));
    await world.happen('plt_a');
    await deliverWebhooks(test.api.services);
    await ended;
    assert.match(lines.join('\n'), /^verified evt_/);
    const [delivery] = await world.deliveries();
    assert.deepEqual([delivery?.state, delivery?.answers[0]?.status], ['delivered', 204]);
  });
});
