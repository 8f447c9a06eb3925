import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemClock } from '../server/clock.ts';

const NAMES = [
  ...(['url', 'docsUrl', 'platformKey', 'workerToken', 'policyId', 'exampleCall'] as const),
  ...(['operatorToken', 'prepaidPolicyId', 'payeeId'] as const),
];

/** `npm start` as a stranger runs it, on an empty data folder. */
describe('npm start', function () {
  this.timeout(120_000);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'parasol-start-'));
  const running: ChildProcess[] = [];
  after(async () => {
    for (const child of running.filter(({ exitCode }) => exitCode === null)) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(dataDir, { recursive: true, force: true });
  });

  function start(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/start.ts', ...args], {
      env: { ...process.env, PARASOL_DATA_DIR: dataDir, PARASOL_LOG_LEVEL: 'error', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    const firstLine = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => {
        if (said.out.includes('\n')) resolve(said.out);
      });
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said.err}`)));
    });
    return { child, said, firstLine };
  }

  /** The sentence and exit code of a start that must fail. */
  async function failure(env: Readonly<Record<string, string>>): Promise<{ code: unknown; err: string }> {
    const { child, said, firstLine } = start(env, '--json');
    await assert.rejects(firstLine);
    return { code: child.exitCode, err: said.err.trim() };
  }

  it('prints one line, whose call brings a covered worker; starts again on the same data; Ctrl-C stops it', async () => {
    const payouts = new Set<string>();
    let incidentAt: string | undefined;
    for (const verdict of ['covered', 'already_covered']) {
      const { child, firstLine } = start({ PARASOL_PORT: '0' }, '--json');
      const line = await firstLine;
      const told: unknown = JSON.parse(line);
      assert.ok(typeof told === 'object' && told !== null);
      assert.deepEqual(Object.keys(told), NAMES);
      const texts = new Map(Object.entries(told).map(([name, value]) => [name, String(value)]));
      const text = (name: (typeof NAMES)[number]): string => texts.get(name) ?? '';

      const { stdout } = await promisify(execFile)('sh', ['-c', text('exampleCall')]);
      const answer: unknown = JSON.parse(stdout);
      assert.ok(typeof answer === 'object' && answer !== null && 'verdict' in answer && 'policyId' in answer, stdout);
      assert.deepEqual([answer.verdict, answer.policyId], [verdict, text('policyId')]);

      const me = await fetch(`${text('url')}/v1/me`, { headers: { Authorization: `Bearer ${text('workerToken')}` } });
      assert.equal(me.status, 200);
      // Later than the account was set, or it would cool down; the same at both starts, for it is one payout.
      incidentAt ??= new Date(systemClock.now()).toISOString();
      payouts.add(await payOut(text('url'), text('operatorToken'), text('payeeId'), incidentAt));
      assert.equal(payouts.size, 1);
      assert.equal((await fetch(text('docsUrl'))).status, 200);

      const ended = once(child, 'exit');
      child.kill('SIGINT');
      assert.deepEqual(await ended, [0, null]);
    }
  });

  /** A benefit of one incident, asked for at each start: the payout's id, once it has left. */
  async function payOut(url: string, operatorToken: string, payeeId: string, incidentAt: string): Promise<string> {
    const headers = { Authorization: `Bearer ${operatorToken}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({
      businessKey: 'claim:demo-1',
      payeeId,
      amount: { amount: 1_200_00, currency: 'CNY' },
      fundingAccount: 'carrier:car_demo:claims_float:CNY',
      statementText: 'Accident benefit',
      incidentAt,
    });
    const created = await fetch(`${url}/v1/payouts`, { method: 'POST', headers, body });
    const { id } = payoutIn(await created.json());
    for (;;) {
      const { state } = payoutIn(await (await fetch(`${url}/v1/payouts/${id}`, { headers })).json());
      if (state === 'sent' || state === 'paid') return id;
      assert.ok(state === 'ready' || state === 'sending', state);
      await setTimeout(100);
    }
  }

  function payoutIn(body: unknown): { readonly id: string; readonly state: string } {
    assert.ok(typeof body === 'object' && body !== null && 'id' in body && 'state' in body, JSON.stringify(body));
    return { id: String(body.id), state: String(body.state) };
  }

  it('says in one sentence what is wrong, and fails', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    try {
      for (const [env, says] of [
        [{ PARASOL_PORT: port }, new RegExp(`port ${port}`, 'i')],
        [{ PARASOL_PROT: '1' }, /PARASOL_PROT is not a setting/],
        [{ PARASOL_PORT: 'x' }, /PARASOL_PORT must be/],
      ] as const) {
        const { code, err } = await failure(env);
        const last = err.split('\n').at(-1) ?? '';
        assert.match(last, says, err);
        assert.doesNotMatch(err, /\n\s+at /, 'no stack');
        assert.ok(typeof code === 'number' && code !== 0, String(code));
      }
    } finally {
      taken.close();
    }
  });
});
