import assert from 'node:assert/strict';
import { callEndpoint } from './call-endpoint.ts';
import { resolvePublic } from './resolve-host.ts';
import { targetPolicy } from './target-policy.ts';
import { openReceiver, type Receiver } from './testing/receiver.ts';

const SANDBOX = { httpAllowed: true, loopbackAllowed: true };
const PUBLIC = { httpAllowed: true, loopbackAllowed: false };

describe('what may not be called', () => {
  let receiver: Receiver;
  before(async () => (receiver = await openReceiver()));
  after(() => receiver.close());
  beforeEach(() => receiver.calls.splice(0));

  const portOf = (): string => new URL(receiver.url).port;
  const call = (host: string, addresses: readonly string[], policy = PUBLIC) =>
    callEndpoint({
      url: `http://${host}:${portOf()}/hook`,
      headers: {},
      body: '{}',
      policy,
      timeoutMs: 1_000,
      resolve: async () => addresses,
    });

  const forbidden: [host: string, addresses: readonly string[]][] = [
    ['rebound.example.com', ['127.0.0.1']],
    ['rebound.example.com', ['::1']],
    ['rebound.example.com', ['::ffff:127.0.0.1']],
    ['rebound.example.com', ['10.0.0.1']],
    ['rebound.example.com', ['169.254.169.254']],
    ['rebound.example.com', ['8.8.8.8', '127.0.0.1']],
    ['rebound.example.com', []],
    ['127.0.0.1', []],
    ['[::1]', []],
    ['localhost', ['8.8.8.8']],
    ['169.254.169.254', []],
  ];
  for (const [host, addresses] of forbidden) {
    it(`${host} as ${addresses.join(', ') || 'itself'}: not called, and the log says so`, async () => {
      const { answer, problem } = await call(host, addresses);
      assert.equal(answer.kind, 'failed');
      assert.match(problem ?? '', /^Not called\. It /);
      assert.equal(receiver.calls.length, 0);
    });
  }

  it('a name is judged by what it resolves to now, not by what it resolved to before', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const again = () =>
      callEndpoint({
        url: `http://rebound.example.com:${portOf()}/`,
        headers: {},
        body: '{}',
        policy: SANDBOX,
        timeoutMs: 1_000,
        resolve: async () => answers.shift() ?? [],
      });
    assert.deepEqual((await again()).answer, { kind: 'answered', status: 200 });
    assert.match((await again()).problem ?? '', /not on the public internet/);
    assert.equal(receiver.calls.length, 1);
  });

  it('localhost is this machine, whatever a name server would say', async () => {
    assert.deepEqual(await resolvePublic('localhost'), ['127.0.0.1']);
    assert.deepEqual(await resolvePublic('anything.localhost'), ['127.0.0.1']);
    assert.equal((await call('localhost', ['127.0.0.1'], SANDBOX)).answer.kind, 'answered');
  });

  it('a call that is too slow ends, with its reason', async () => {
    receiver.answer = () => undefined;
    const { answer, problem, durationMs } = await call('localhost', ['127.0.0.1'], SANDBOX);
    assert.deepEqual([answer.kind, problem], ['failed', 'No answer within 1 s.']);
    assert.ok(durationMs >= 900 && durationMs < 5_000);
  });

  it('an answer that begins and does not go on counts by its status', async () => {
    receiver.answer = (_, response) => void response.writeHead(200).write('begun');
    const { answer, body } = await call('localhost', ['127.0.0.1'], SANDBOX);
    assert.deepEqual([answer, body], [{ kind: 'answered', status: 200 }, 'begun']);
  });
});

describe('targetPolicy', () => {
  const live = 'sk_live_abcdefgh';
  const table: [
    mode: 'test' | 'live',
    environment: 'test' | 'production',
    key: string | undefined,
    http: boolean,
    loopback: boolean,
  ][] = [
    ['test', 'test', undefined, true, true],
    ['test', 'test', 'sk_test_abcdefgh', true, true],
    ['test', 'test', live, true, false],
    ['test', 'production', undefined, true, false],
    ['live', 'test', undefined, false, false],
    ['live', 'production', live, false, false],
  ];
  for (const [mode, environment, key, httpAllowed, loopbackAllowed] of table) {
    it(`${mode} in ${environment}, ${key ?? 'no key'}: http ${httpAllowed}, loopback ${loopbackAllowed}`, () => {
      const config = { environment, ...(key !== undefined && { stripeSecretKey: key }) };
      assert.deepEqual(targetPolicy(config, mode), { httpAllowed, loopbackAllowed });
    });
  }
});
