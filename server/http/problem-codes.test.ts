import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import request from 'supertest';
import { createApp } from '../app.ts';
import { PROBLEM_CODES } from './problem-codes.ts';
import { routes } from './routes.ts';
import { bareServices } from './testing/bare-services.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const IS_LIST = /problem-codes(-[a-z]+)?\.ts$/;

/** Sources that are not tests. */
const SOURCES = ['programs', 'server', 'jobs', 'scripts'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !IS_LIST.test(name) && !name.includes('testing/'),
    )
    .map((name) => ({ name: join(folder, name), text: readFileSync(join(ROOT, folder, name), 'utf8') })),
);

const REFUSAL = /new Refusal\(\s*'\w+',\s*'(\w+)'/g;

describe('problem codes', () => {
  it('are listed, each one that a Refusal uses', () => {
    const missing = SOURCES.flatMap(({ name, text }) =>
      [...text.matchAll(REFUSAL)].flatMap(([, code]) =>
        code !== undefined && !(code in PROBLEM_CODES) ? [`${name}: ${code}`] : [],
      ),
    );
    assert.deepEqual(missing, []);
  });

  it('are used, each one that is listed', () => {
    const all = SOURCES.map(({ text }) => text).join('\n');
    const unused = Object.keys(PROBLEM_CODES).filter((code) => !all.includes(`'${code}'`));
    assert.deepEqual(unused, []);
  });

  it('are written so that callers can read them', () => {
    for (const [code, { title, action }] of Object.entries(PROBLEM_CODES)) {
      assert.match(code, /^[a-z]+(_[a-z]+)*$/);
      assert.doesNotMatch(title, /\.$/, code);
      assert.match(action, /\.$/, code);
    }
  });

  it('are all on the page that their type leads to', async () => {
    const { status, text } = await request(createApp(bareServices(), [])).get('/docs/problems');
    assert.equal(status, 200);
    for (const code of Object.keys(PROBLEM_CODES)) assert.ok(text.includes(`id="${code}"`), code);
  });

  it('that a route names are listed', () => {
    const unknown = routes.flatMap((route) => (route.problems ?? []).filter((code) => !(code in PROBLEM_CODES)));
    assert.deepEqual(unknown, []);
  });
});
