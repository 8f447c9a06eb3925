import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from './database/embedded/wait-until.ts';
import { useTestDatabase } from './database/testing/test-database.ts';

const START_MS_MAX = 30_000;

describe('a program', () => {
  const database = useTestDatabase();
  let folder = '';
  before(async () => void (folder = await mkdtemp(join(tmpdir(), 'parasol-program-'))));
  after(async () => rm(folder, { recursive: true }));

  /** The API in a shell, as npm runs it; `said` is what stands on standard error so far. */
  function startInShell(env: Readonly<Record<string, string>>): { shell: ChildProcess; said: () => string } {
    const shell = spawn('sh', ['-c', 'node --import tsx server/main.ts; exit $?'], {
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'test',
        MONGODB_URI: database.uri,
        PARASOL_DATA_DIR: folder,
        PARASOL_PORT: '0',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    shell.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    return { shell, said: () => text };
  }

  it('ends when the shell that npm ran it in is gone', async function () {
    if (process.platform === 'win32') return;
    this.timeout(2 * START_MS_MAX);
    const { shell, said } = startInShell({ npm_lifecycle_event: 'start:api' });
    const url = await waitUntil(START_MS_MAX, () => /listens on (\S+)/.exec(said())?.[1]);
    assert.ok(url, said());
    shell.kill('SIGTERM');
    const gone = await waitUntil(START_MS_MAX, async () => {
      const up = await fetch(`${url}/livez`).then(
        () => true,
        () => false,
      );
      return up ? undefined : true;
    });
    assert.ok(gone, 'it still answers');
  });

  it('says in one sentence that the keys of its data folder are damaged', async function () {
    this.timeout(START_MS_MAX);
    const damaged = await mkdtemp(join(folder, 'damaged-'));
    await writeFile(join(damaged, 'keys.json'), '{"encryptionKey":');
    const { shell, said } = startInShell({ PARASOL_DATA_DIR: damaged });
    await once(shell, 'exit');
    assert.equal(shell.exitCode, 1);
    assert.match(said(), /^\S+keys\.json does not hold the keys it should: [^\n]*\n$/);
  });

  it('says in one sentence that it cannot listen at an address', async function () {
    this.timeout(START_MS_MAX);
    const { shell, said } = startInShell({ PARASOL_HOST: 'no-such-host.invalid' });
    await once(shell, 'exit');
    assert.equal(shell.exitCode, 1);
    assert.match(said(), /^Parasol cannot listen there \(.*\): check PARASOL_HOST and PARASOL_PORT\.\n$/);
  });
});
