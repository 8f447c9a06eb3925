import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../../programs/refusal.ts';
import type { Cli } from './cli.ts';

/**
 * Writes text as it comes: into a new file that only its owner may read, or to standard output.
 * Throws `file_exists`: exports are personal or financial, and nothing is written over.
 */
export async function writeChunks(cli: Cli, chunks: AsyncIterable<string>, file: string | undefined): Promise<void> {
  if (file === undefined) {
    for await (const chunk of chunks) cli.write(chunk);
    return;
  }
  try {
    await pipeline(Readable.from(chunks), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new Refusal('conflict', 'file_exists', `${file} exists: name another file, or remove it first.`);
  }
}
