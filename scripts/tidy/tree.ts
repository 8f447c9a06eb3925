import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A text file of the tree; `path` is relative to its top, with `/` everywhere. */
export interface TreeFile {
  readonly path: string;
  readonly text: string;
}

/** What is not ours, or not kept. */
const SKIPPED = new Set(['node_modules', '.git', '.data', 'coverage']);
const TEXT =
  /(\.(ts|mts|js|mjs|json|ya?ml|md|csv|css|html|sh|txt|pem)|\/run|^LICENSE|^Dockerfile|^\.[a-z]+(rc|ignore)?)$/;
const GENERATED = /^package-lock\.json$/;

/** Every text file of the project. */
export async function readTree(top: string): Promise<TreeFile[]> {
  const entries = await readdir(top, { withFileTypes: true });
  const files: TreeFile[] = [];
  const visit = async (folder: string, found: typeof entries): Promise<void> => {
    for (const entry of found) {
      const full = join(folder, entry.name);
      if (SKIPPED.has(entry.name)) continue;
      if (entry.isDirectory()) {
        await visit(full, await readdir(full, { withFileTypes: true }));
        continue;
      }
      const path = relative(top, full).split(sep).join('/');
      if (entry.isFile() && TEXT.test(path) && !GENERATED.test(path)) {
        files.push({ path, text: await readFile(full, 'utf8') });
      }
    }
  };
  await visit(top, entries);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
