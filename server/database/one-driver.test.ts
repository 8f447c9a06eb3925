import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders of every installed copy of a package, however deep. */
function copiesOf(name: string, modules: string): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory() || entry.name.startsWith('.')) return [];
    const folder = join(modules, entry.name);
    if (entry.name.startsWith('@')) return copiesOf(name, folder);
    return [...(entry.name === name ? [folder] : []), ...copiesOf(name, join(folder, 'node_modules'))];
  });
}

describe('the MongoDB driver', () => {
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

  // Two copies fail only at run time: one refuses the other's BSON values and sessions.
  for (const name of ['mongodb', 'bson']) {
    it(`is installed once: ${name}`, () => {
      assert.deepEqual(copiesOf(name, modules), [join(modules, name)]);
    });
  }

  it('is the one that Mongoose asks for', () => {
    const versionOf = (name: string): string =>
      /"version":\s*"(\d+\.\d+)/.exec(readFileSync(join(modules, name, 'package.json'), 'utf8'))?.[1] ?? '';
    const wanted = /"mongodb":\s*"~(\d+\.\d+)/.exec(
      readFileSync(join(modules, 'mongoose', 'package.json'), 'utf8'),
    )?.[1];
    assert.equal(versionOf('mongodb'), wanted);
  });
});
