import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseTrouble } from '../database-trouble.ts';

const MEBIBYTE = 1024 * 1024;

/** Below it mongod cannot even write down why it fails; a new database also wants up to three journal files of 100 MB. */
const FREE_BYTES_MIN = 64 * MEBIBYTE;
const FREE_BYTES_MIN_NEW = 400 * MEBIBYTE;

/** Makes the folder of an embedded database. Throws `DatabaseTrouble` when it cannot hold one. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const isNew = !existsSync(join(folder, 'db'));
    if ((await freeBytes(folder)) >= (isNew ? FREE_BYTES_MIN_NEW : FREE_BYTES_MIN)) return;
  } catch (error) {
    throw explainFolderError(error, folder);
  }
  throw fullDisk(folder);
}

/** True when there is too little room for even a log line and a checkpoint. */
export async function isDiskFull(folder: string): Promise<boolean> {
  return (await freeBytes(folder)) < FREE_BYTES_MIN;
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Makes one sentence of an error of the file system; anything else is handed back as it is. */
export function explainFolderError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return fullDisk(folder);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOENT') {
    return new DatabaseTrouble(
      'data_folder_forbidden',
      `The data folder ${folder} cannot be written to: give yourself its ownership, or set PARASOL_DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new DatabaseTrouble(
      'data_folder_broken',
      `The data folder ${folder} cannot be made because a file is in its way: move the file, or set PARASOL_DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  return error;
}

/** The one sentence about a full disk. */
export function fullDisk(folder: string): DatabaseTrouble {
  return new DatabaseTrouble(
    'disk_full',
    `The disk that holds ${folder} is full: free some space, or set PARASOL_DATA_DIR to a folder on another disk.`,
  );
}
