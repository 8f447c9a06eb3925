import { DatabaseTrouble } from '../database-trouble.ts';
import type { DatabaseTroubleCode } from '../database-trouble.ts';
import { explainLoader } from './probe-mongod.ts';

export interface MongodLastWords {
  /** Its log, JSON lines; entries of earlier runs may come first. */
  log: string;
  /** What it wrote to its standard output and error. */
  output: string;
  folder: string;
}

type Rule = readonly [RegExp, DatabaseTroubleCode, (folder: string) => string];

/** In order of precedence: a full disk also looks like a broken folder. */
const RULES: readonly Rule[] = [
  [
    /No space left on device|Writing to log file failed|There is not enough space on the disk|OutOfDiskSpace|ENOSPC/i,
    'disk_full',
    (folder) =>
      `The disk that holds ${folder} is full: free some space, or set PARASOL_DATA_DIR to a folder on another disk.`,
  ],
  [
    /DBPathInUse|Unable to lock the lock file/,
    'data_folder_in_use',
    (folder) => `Another mongod is using ${folder}: stop it, or set PARASOL_DATA_DIR to another folder.`,
  ],
  [
    /Permission denied|EACCES|Operation not permitted|Read-only file system|must be writable/i,
    'data_folder_forbidden',
    (folder) =>
      `The database may not write to ${folder}: give yourself its ownership, or set PARASOL_DATA_DIR to another folder.`,
  ],
  [
    /UPGRADE PROBLEM|Wrong mongod version|Invalid feature compatibility version|unsupported WiredTiger file version|MustUpgrade/i,
    'data_folder_other_version',
    (folder) =>
      `The data in ${folder} was written by another version of MongoDB than the mongod found: set MONGOD_BINARY to that version, or move the folder away to begin anew.`,
  ],
  [
    /WT_PANIC|WT_ERROR|WT_TRY_SALVAGE|WiredTiger error|Failed to open|wiredtiger_open|Detected data files|Fatal assertion|DBException in initAndListen|DataCorruptionDetected/i,
    'data_folder_broken',
    (folder) =>
      `The data in ${folder} cannot be opened by MongoDB, its log ${folder}/mongod.log says why: restore a backup into a new folder, or move the folder away to begin anew.`,
  ],
];

/** Makes one clear sentence of why a mongod ended. */
export function explainMongodExit(words: MongodLastWords): DatabaseTrouble {
  if (words.output.includes('error while loading shared libraries')) {
    return new DatabaseTrouble(
      'mongod_cannot_run',
      `The mongod found does not run here: ${explainLoader(words.output)}.`,
    );
  }
  const log = lastRun(words.log);
  const output = words.output.split('\n').filter((line) => !/^\s*(?:Frame|BACKTRACE):/.test(line));
  const text = [...output, ...log.filter(isTrouble)].join('\n');
  for (const [pattern, code, sentence] of RULES) {
    if (pattern.test(text)) return new DatabaseTrouble(code, sentence(words.folder));
  }
  const said = text.trim().split('\n').at(-1)?.slice(0, 300) || 'it said nothing';
  return new DatabaseTrouble(
    'mongod_did_not_start',
    `The database did not start (${said}); its log is ${words.folder}/mongod.log.`,
  );
}

/** True when the words mean that the port was taken between choosing it and listening on it. */
export function isPortTaken(log: string): boolean {
  return lastRun(log).some(
    (line) => isTrouble(line) && /Address already in use|SocketException|Failed to set up listener/.test(line),
  );
}

function lastRun(log: string): string[] {
  const lines = log.split('\n');
  // Each run begins with the line whose id is 20698 ("***** SERVER RESTARTED *****") or, the first time, with none.
  const restarted = lines.findLastIndex((line) => line.includes('SERVER RESTARTED'));
  return lines.slice(restarted + 1);
}

/** Severities: F fatal, E error. Warnings and information may hold the same words harmlessly. */
function isTrouble(line: string): boolean {
  return line.includes('"s":"F"') || line.includes('"s":"E"');
}
