import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { DatabaseTrouble } from '../database-trouble.ts';
import { findMongod } from './find-mongod.ts';
import { explainLoader } from './probe-mongod.ts';

/** Stands for a mongod that runs: all that is asked of one here is its version. */
const fake = (version: string): string => `#!/bin/sh\necho "db version v${version}"\n`;
const WITHOUT_LIBRARY =
  '#!/bin/sh\necho "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file" >&2\nexit 127\n';

describe('findMongod', function () {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'parasol-find-'));
    await mkdir(join(root, 'bin'));
    await symlink('/bin/sh', join(root, 'bin', 'sh'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const place = async (path: string, text: string): Promise<string> => {
    const full = join(root, path);
    await mkdir(join(full, '..'), { recursive: true });
    await writeFile(full, text);
    await chmod(full, 0o755);
    return full;
  };
  /** Neither network nor Python: a mirror where nothing listens, and a PATH of our own. */
  const search = (extra: Record<string, string> = {}) =>
    findMongod({
      env: { PATH: join(root, 'bin'), XDG_CACHE_HOME: join(root, 'cache'), ...extra },
      onProgress: () => undefined,
      firstByteMsMax: 1_000,
    });
  const rejectsWith = (code: string, message: RegExp, extra: Record<string, string> = {}) =>
    assert.rejects(search(extra), (error) => {
      assert.ok(error instanceof DatabaseTrouble, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  const remember = async (): Promise<string> => place('cache/parasol/official-archive-silent', 'it was silent');

  it('takes MONGOD_BINARY first, then the PATH, then the newest in the cache', async () => {
    const cached = await place('cache/parasol/mongod-10.0.0-linux-x64/mongod', fake('10.0.0'));
    await place('cache/parasol/mongod-6.0.5-linux-x64/mongod', fake('6.0.5'));
    assert.deepEqual(await search(), { binary: cached, version: '10.0.0' });
    const onPath = await place('bin/mongod', fake('7.0.0'));
    assert.deepEqual(await search(), { binary: onPath, version: '7.0.0' });
    const named = await place('own/mongod', fake('8.0.0'));
    assert.deepEqual(await search({ MONGOD_BINARY: named }), { binary: named, version: '8.0.0' });
  });

  it('passes over what is too old or does not run', async () => {
    await place('bin/mongod', fake('5.0.9'));
    await place('cache/parasol/mongod-9.0.0-linux-x64/mongod', WITHOUT_LIBRARY);
    const cached = await place('cache/parasol/mongod-6.0.5-linux-x64/mongod', fake('6.0.5'));
    assert.equal((await search()).binary, cached);
  });

  it('does not look further when MONGOD_BINARY is wrong', async () => {
    await place('bin/mongod', fake('7.0.0'));
    const rows: [string, string, RegExp][] = [
      [join(root, 'nothing'), 'mongod_cannot_run', /there is no such file/],
      [await place('own/a', WITHOUT_LIBRARY), 'mongod_cannot_run', /libcurl\.so\.4: install the package libcurl4/],
      [await place('own/b', fake('5.0.0')), 'mongod_too_old', /is MongoDB 5\.0\.0; 6\.0 or newer/],
    ];
    for (const [binary, code, message] of rows) await rejectsWith(code, message, { MONGOD_BINARY: binary });
  });

  it('names the ways out, and what was wrong with each way, when there is none', async () => {
    await remember();
    await place('bin/mongod', WITHOUT_LIBRARY);
    const sentence =
      /set MONGODB_URI .* or install MongoDB 6\.0 .* or set MONGOD_BINARY .*libssl3|libcurl4.*official archive: .*last hour/;
    await rejectsWith('no_mongod', sentence);
  });

  it('waits for a silent archive once, and not again within the hour', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const mirror = `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    try {
      await rejectsWith('no_mongod', /sent nothing for 1 s/, { MONGOMS_DOWNLOAD_MIRROR: mirror });
      await rejectsWith('no_mongod', /did not answer within the last hour/, { MONGOMS_DOWNLOAD_MIRROR: mirror });
      assert.deepEqual(await readdir(join(root, 'cache', 'parasol')), ['official-archive-silent']);
    } finally {
      silent.close();
    }
  });

  it('asks the archive again when the failure is older than an hour', async () => {
    await utimes(await remember(), 0, 0);
    await rejectsWith('no_mongod', /official archive: (?!it did not answer within)/, {
      MONGOMS_DOWNLOAD_MIRROR: 'https://127.0.0.1:9',
    });
  });
});

describe('explainLoader', () => {
  const complaint = (library: string) => `mongod: error while loading shared libraries: ${library}: cannot open`;
  const rows: [string, RegExp][] = [
    [complaint('libcurl.so.4'), /libcurl4/],
    [complaint('libssl.so.3'), /libssl3/],
    [complaint('libcrypto.so.1.1'), /libssl1\.1/],
    [complaint('libstrange.so.7'), /libstrange\.so\.7: install the package that holds it/],
    ['Illegal instruction\nmore', /^Illegal instruction$/],
  ];
  for (const [said, expected] of rows)
    it(`explains "${said.slice(0, 70).split('\n', 1)[0]}"`, () => assert.match(explainLoader(said), expected));
});
