import type { Environment } from './cache-folder.ts';

/** placeholder until the official archive is wired in */
export async function fetchOfficialArchive(
  _cache: string,
  _env: Environment,
  _onProgress: (line: string) => void,
): Promise<string> {
  throw new Error('not yet');
}
