import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that stays recognisable after its number was given to another one. */
export interface ProcessIdentity {
  pid: number;
  /** When the operating system says it began, in the system's own words; '' where that cannot be learnt. */
  startMark: string;
}

/** The identity of a process, or `undefined` when it is not running (a zombie is not running). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, under another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined;
  }
  const startMark = readStartMark(pid);
  return startMark === undefined ? undefined : { pid, startMark };
}

/** True while the very process that was identified earlier still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startMark === identity.startMark;
}

function readStartMark(pid: number): string | undefined {
  if (process.platform === 'win32') return '';
  if (process.platform !== 'linux') {
    try {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5_000 }).trim();
    } catch {
      return undefined;
    }
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold spaces and brackets; the fields we want come after the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, threads, startTicks] = [fields[0], Number(fields[17]), fields[19]];
    // The first thread of a killed process may be gone while others still hold its ports and locks.
    return (state === 'Z' && threads <= 1) || state === 'X' ? undefined : startTicks;
  } catch {
    return undefined;
  }
}
