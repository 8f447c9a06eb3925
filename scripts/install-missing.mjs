// Runs before the npm scripts: installs the locked dependencies when they are absent or other than the lockfile's.
// Plain JavaScript because nothing else can run before the dependencies exist.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';

/** The lockfile as it was when this script installed it. */
const INSTALLED = 'node_modules/.parasol-installed-lock.json';
const LOCK = '.install.lock';
/** A lock older than this was left behind by an install that was killed. */
const LOCK_MS_MAX = 10 * 60_000;

function isUpToDate() {
  if (existsSync(INSTALLED)) return readFileSync(INSTALLED).equals(readFileSync('package-lock.json'));
  // Installed by hand: npm's own mark is newer than the lockfile.
  const mark = 'node_modules/.package-lock.json';
  return existsSync(mark) && statSync(mark).mtimeMs >= statSync('package-lock.json').mtimeMs;
}

/** One install at a time: two commands on a fresh clone must not install into each other. */
function withLock(work) {
  const until = performance.now() + LOCK_MS_MAX;
  for (;;) {
    try {
      mkdirSync(LOCK);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (performance.now() > until) {
        process.stderr.write(`Another install did not end; if none runs, remove ${LOCK} and try again.\n`);
        process.exit(1);
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    work();
  } finally {
    rmdirSync(LOCK);
  }
}

function install() {
  if (isUpToDate()) return;
  process.stderr.write('Installing the locked dependencies (npm ci) ...\n');
  // stdout goes to stderr: `npm start -- --json` promises one line on stdout.
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status === 0) {
    writeFileSync(INSTALLED, readFileSync('package-lock.json'));
    return;
  }
  process.stderr.write('Could not install the dependencies; run "npm ci" to see why.\n');
  process.exitCode = 1;
}

if (!isUpToDate()) withLock(install);
