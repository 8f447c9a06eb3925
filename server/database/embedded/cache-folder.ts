import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';

/** Environment variables as a program receives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What each way of fetching a mongod is given. */
export interface Fetching {
  /** Our cache folder; the caller holds its lock. */
  readonly cache: string;
  readonly env: Environment;
  readonly onProgress: (line: string) => void;
  readonly clock: Clock;
  readonly firstByteMsMax: number;
}

/** The folder of the user's caches that is ours: what lies there may be deleted at any time and is fetched again. */
export function cacheFolder(env: Environment): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'parasol');
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? join(home(env), 'AppData', 'Local'), 'parasol');
  if (process.platform === 'darwin') return join(home(env), 'Library', 'Caches', 'parasol');
  return join(home(env), '.cache', 'parasol');
}

function home(env: Environment): string {
  return env.HOME || env.USERPROFILE || homedir() || tmpdir();
}
