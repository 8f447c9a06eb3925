import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../clock.ts';
import type { Environment, Fetching } from './cache-folder.ts';
import { probeMongod } from './probe-mongod.ts';
import { waitUntil } from './wait-until.ts';

const HOST = 'fastdl.mongodb.org';
const SILENCE_MS_MAX = 60_000;
const FAILURE_REMEMBERED_MS = 3_600_000;
const CHILD = fileURLToPath(new URL('./official-archive-child.ts', import.meta.url));

/** Settings with which another host is asked, or through which: then a failing look-up of `HOST` says nothing. */
const ROUTE_SETTINGS = /^(?:https?_proxy|npm_config_(?:https-)?proxy|yarn_.*proxy|MONGOMS_DOWNLOAD_(?:MIRROR|URL))$/i;

/**
 * Fetches MongoDB's official archive for this platform with mongodb-memory-server-core (which knows where each lies),
 * checks it, and puts its `mongod` into the cache. Gives up after `firstByteMsMax` without a first byte, and remembers that for an
 * hour so that later starts do not wait. Call it under the cache's lock. Throws with the reason.
 */
export async function fetchOfficialArchive(fetching: Fetching): Promise<string> {
  const { cache, env, onProgress, clock } = fetching;
  const marker = join(cache, 'official-archive-silent');
  await assertWorthTrying(marker, env, clock);
  const scratch = await mkdtemp(join(cache, 'fetching-'));
  try {
    onProgress('Fetching MongoDB from its official archive (once) ...');
    const binary = await download(scratch, fetching, async (reason) => {
      await writeFile(marker, `${reason}\n`);
    });
    await rm(marker, { force: true });
    // A binary that the library already had elsewhere is left where it is.
    return binary.startsWith(scratch) ? await moveIntoCache(binary, cache) : binary;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function assertWorthTrying(marker: string, env: Environment, clock: Clock): Promise<void> {
  const failedAt = await stat(marker).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
  if (failedAt !== undefined && clock.now() - failedAt < FAILURE_REMEMBERED_MS) {
    throw new Error(`it did not answer within the last hour (delete ${marker} to ask it again now)`);
  }
  if (Object.keys(env).some((name) => ROUTE_SETTINGS.test(name) && env[name])) return;
  // The library would try for several seconds; a name that cannot be found is known at once.
  const found = await lookup(HOST).then(
    () => true,
    () => false,
  );
  if (!found) throw new Error(`${HOST} cannot be found (no network, or no access to it)`);
}

async function download(
  scratch: string,
  { env, onProgress, firstByteMsMax }: Fetching,
  onSilence: (reason: string) => Promise<void>,
): Promise<string> {
  let output = '';
  let complaint = '';
  let ended: number | null | undefined;
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, scratch], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Without it the library accepts any certificate.
    env: { ...env, npm_config_strict_ssl: 'true' },
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    for (const line of chunk.split(/[\r\n]+/)) if (line.startsWith('Downloading')) onProgress(line);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
  child.on('error', (error) => (complaint += error.message)).on('close', (code) => (ended = code));
  try {
    for (let bytes = 0; ended === undefined;) {
      const silenceMsMax = bytes === 0 ? firstByteMsMax : SILENCE_MS_MAX;
      const more = await waitUntil(
        silenceMsMax,
        async () => {
          const now = await bytesIn(scratch);
          return ended !== undefined || now > bytes ? now : undefined;
        },
        100,
      );
      if (more === undefined) {
        const reason = `${HOST} sent nothing for ${silenceMsMax / 1_000} s`;
        await onSilence(reason);
        throw new Error(reason);
      }
      bytes = Math.max(more, 1);
    }
  } finally {
    child.kill('SIGKILL');
  }
  const binary = output.trim().split('\n').at(-1) ?? '';
  if (ended === 0 && basename(binary).startsWith('mongod')) return binary;
  const said = /Error: (.*(?:\n(?!\s+at ).+)?)/.exec(complaint)?.[1]?.replace('\n', ' ');
  throw new Error(said ?? `the download ended with code ${ended}`);
}

/** Bytes that came from the network: the library writes them to files of this ending before it renames them. */
async function bytesIn(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => /\.(?:downloading|t?gz|zip)$/.test(name));
  let bytes = 0;
  for (const name of names) {
    bytes += await stat(join(folder, name)).then(
      (found) => found.size,
      () => 0,
    );
  }
  return bytes;
}

async function moveIntoCache(binary: string, cache: string): Promise<string> {
  const probe = await probeMongod(binary);
  if (!probe.runs) throw new Error(`its mongod does not run here: ${probe.complaint}`);
  const folder = join(cache, `mongod-${probe.version}-${process.platform}-${process.arch}`);
  await mkdir(folder, { recursive: true });
  const place = join(folder, process.platform === 'win32' ? 'mongod.exe' : 'mongod');
  await rename(binary, place);
  return place;
}
