// Runs before the npm scripts: installs the locked dependencies when they are absent or older than the lockfile.
// Plain JavaScript because nothing else can run before the dependencies exist.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const installedLock = 'node_modules/.package-lock.json';
const upToDate = existsSync(installedLock) && statSync(installedLock).mtimeMs >= statSync('package-lock.json').mtimeMs;

if (!upToDate) {
  process.stderr.write('Installing the locked dependencies (npm ci) ...\n');
  // stdout goes to stderr: `npm start -- --json` promises one line on stdout.
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write('Could not install the dependencies; run "npm ci" to see why.\n');
    process.exit(1);
  }
}
