import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../connect.ts';
import { DatabaseTrouble } from '../database-trouble.ts';
import { openDatabase } from '../open-database.ts';
import { readState, writeState } from './embedded-state.ts';
import { isAlive } from './process-identity.ts';
import { signal } from './mongod-process.ts';
import { startEmbedded } from './start-embedded.ts';
import { waitUntil } from './wait-until.ts';

const HOLDER = fileURLToPath(new URL('./hold-embedded.ts', import.meta.url));
const QUIET = { onProgress: () => undefined };

const withCode = (code: string) => (error: unknown) => error instanceof DatabaseTrouble && error.code === code;

/** What an event carried, whose types Node does not know. */
const unknowns = (values: unknown[]): unknown[] => values;

describe('the embedded database', function () {
  this.timeout(90_000);
  let dataDir = '';
  let holders: ChildProcess[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parasol-embedded-'));
    holders = [];
  });

  afterEach(async () => {
    for (const holder of holders) holder.kill('SIGKILL');
    const mongod = readState(join(dataDir, 'mongo'))?.mongod;
    if (mongod !== undefined) {
      signal(mongod, 'SIGKILL');
      await waitUntil(10_000, () => (isAlive(mongod) ? undefined : true));
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Another process that opens the same data folder and keeps it open; resolves with what it says about it. */
  async function hold(): Promise<{ process: ChildProcess; owned: boolean; pid: number }> {
    const child = spawn(process.execPath, ['--import', 'tsx', HOLDER, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    holders.push(child);
    const [line] = unknowns(await once(child.stdout, 'data'));
    const said: unknown = JSON.parse(String(line));
    assert.ok(typeof said === 'object' && said !== null && 'owned' in said && 'pid' in said);
    return { process: child, owned: said.owned === true, pid: Number(said.pid) };
  }

  const mongodOf = () => {
    const mongod = readState(join(dataDir, 'mongo'))?.mongod;
    assert.ok(mongod !== undefined);
    return mongod;
  };

  it('keeps its data, and stops with its owner', async () => {
    const first = await openDatabase({ dataDir, ...QUIET });
    await first.db.collection<{ _id: string }>('things').insertOne({ _id: 'a' });
    const mongod = mongodOf();
    await first.close();
    assert.equal(isAlive(mongod), false);
    const second = await openDatabase({ dataDir, ...QUIET });
    assert.equal(await second.db.collection('things').countDocuments(), 1);
    await second.close();
  });

  it('lets nobody in without its password, whose file only its owner may read', async () => {
    const embedded = await startEmbedded({ dataDir, ...QUIET });
    const open = embedded.uri.replace(/\/\/[^@]*@/, '//').replace('&authSource=admin', '');
    await assert.rejects(connect({ uri: open }), withCode('access_denied'));
    const wrong = embedded.uri.replace(/:[^:@]*@/, ':guess@');
    await assert.rejects(connect({ uri: wrong }), withCode('access_denied'));
    for (const name of ['key-file', 'password', 'state.json']) {
      assert.equal((await stat(join(dataDir, 'mongo', name))).mode & 0o777, 0o600, name);
    }
    await embedded.stop();
  });

  it('starts once when several processes ask at once; the others join', async () => {
    const all = await Promise.all([hold(), hold(), hold()]);
    assert.equal(all.filter(({ owned }) => owned).length, 1);
    assert.equal(new Set(all.map(({ pid }) => pid)).size, 1);
  });

  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    it(`stops when ${name} ends its owner`, async () => {
      const holder = await hold();
      const mongod = mongodOf();
      holder.process.kill(name);
      const [, by] = unknowns(await once(holder.process, 'exit'));
      assert.equal(by, name);
      assert.equal(await waitUntil(15_000, () => (isAlive(mongod) ? undefined : true)), true);
    });
  }

  it('is taken over when its owner was killed, and stops with the new one', async () => {
    const holder = await hold();
    const mongod = mongodOf();
    holder.process.kill('SIGKILL');
    await once(holder.process, 'exit');
    assert.equal(isAlive(mongod), true);
    const embedded = await startEmbedded({ dataDir, ...QUIET });
    assert.deepEqual([embedded.owned, embedded.pid], [true, mongod.pid]);
    await embedded.stop();
    assert.equal(isAlive(mongod), false);
  });

  it('is started anew when it was killed together with its owner', async () => {
    const holder = await hold();
    const mongod = mongodOf();
    holder.process.kill('SIGKILL');
    signal(mongod, 'SIGKILL');
    await once(holder.process, 'exit');
    const embedded = await startEmbedded({ dataDir, ...QUIET });
    assert.notEqual(embedded.pid, mongod.pid);
    await embedded.stop();
  });

  it('is started anew when its first starter was killed in the middle of it', async () => {
    const holder = await hold();
    const mongod = mongodOf();
    holder.process.kill('SIGKILL');
    await once(holder.process, 'exit');
    // As it stands between the start of the process and its being ready.
    writeState(join(dataDir, 'mongo'), { port: 1, mongod });
    const embedded = await startEmbedded({ dataDir, ...QUIET });
    assert.equal(isAlive(mongod), false);
    assert.equal(embedded.owned, true);
    await embedded.stop();
  });

  it('moves to another port when its own was taken meanwhile', async () => {
    const first = await startEmbedded({ dataDir, ...QUIET });
    await first.stop();
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const address = squatter.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    writeState(join(dataDir, 'mongo'), { port });
    try {
      const second = await openDatabase({ dataDir, ...QUIET });
      assert.notEqual(second.embedded?.port, port);
      await second.db.collection('things').insertOne({});
      await second.close();
    } finally {
      squatter.close();
    }
  });

  it('is refused in production unless it is allowed by name', async () => {
    await writeFile(join(dataDir, 'mongo'), '');
    const production = { dataDir, production: true, ...QUIET };
    await assert.rejects(startEmbedded(production), withCode('embedded_refused'));
    // Allowed, it gets as far as the file that is in its way.
    await assert.rejects(startEmbedded({ ...production, allowInProduction: true }), withCode('data_folder_broken'));
  });

  it('says in one sentence that its data are broken', async () => {
    const embedded = await startEmbedded({ dataDir, ...QUIET });
    await embedded.stop();
    await writeFile(join(dataDir, 'mongo', 'db', 'WiredTiger.turtle'), 'not what it was');
    await assert.rejects(startEmbedded({ dataDir, ...QUIET }), withCode('data_folder_broken'));
  });
});
