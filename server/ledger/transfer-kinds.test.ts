import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TRANSFER_KINDS } from '../../programs/ledger/transfer-kinds.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** They name every kind without making it. */
const LISTS = /(transfer-kinds|check-program)\.ts$/;

const sources = ['programs', 'server']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|testing\//.test(name) && !LISTS.test(name))
  .map((name) => readFileSync(join(ROOT, name), 'utf8'));

describe('kinds of transfers', () => {
  it('are each made by a business event', () => {
    const unmade = Object.keys(TRANSFER_KINDS).filter((kind) => !sources.some((text) => text.includes(`'${kind}'`)));
    assert.deepEqual(unmade, []);
  });
});
