import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const root = fileURLToPath(new URL('..', import.meta.url));
/** A file that the TypeScript project knows: the planted text is linted in its place. */
const place = fileURLToPath(new URL('./money.ts', import.meta.url));

const planted: [string, string, string][] = [
  [
    'an import of server/',
    "import { clock } from '../server/clock.ts';\nexport const at = clock;\n",
    'no-restricted-imports',
  ],
  ['an import of jobs/', "export * from '../../jobs/main.ts';\n", 'no-restricted-imports'],
  ['an import of scripts/', "import '../scripts/main.ts';\n", 'no-restricted-imports'],
  [
    'the file system',
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    'no-restricted-imports',
  ],
  [
    'the database',
    "import { MongoClient } from 'mongodb';\nexport const client = MongoClient;\n",
    'no-restricted-imports',
  ],
  ['the clock, by new Date()', 'export const now = () => new Date();\n', 'no-restricted-syntax'],
  ['the clock, by Date.now()', 'export const now = () => Date.now();\n', 'no-restricted-syntax'],
  ['chance', 'export const dice = () => Math.random();\n', 'no-restricted-syntax'],
  [
    'the file system, by promises',
    "import * as fs from 'node:fs/promises';\nexport const f = fs;\n",
    'no-restricted-imports',
  ],
  ['timers, by promises', "import * as t from 'timers/promises';\nexport const wait = t;\n", 'no-restricted-imports'],
  [
    'the clock, by Temporal.Now',
    "import { Temporal } from 'temporal-polyfill';\nexport const now = () => Temporal.Now.instant();\n",
    'no-restricted-syntax',
  ],
  ['the environment', 'export const zone = () => process.env.TZ;\n', 'no-restricted-globals'],
  ['the network', "export const ask = () => fetch('http://127.0.0.1');\n", 'no-restricted-globals'],
];

describe('programs/ is pure', () => {
  const eslint = new ESLint({ cwd: root });

  for (const [what, text, rule] of planted) {
    it(`the linter refuses ${what}`, async () => {
      const [result] = await eslint.lintText(text, { filePath: place });
      assert.ok(
        result?.messages.some(({ ruleId, severity }) => ruleId === rule && severity === 2),
        JSON.stringify(result?.messages),
      );
    });
  }

  it('the linter lets a date made of an instant pass', async () => {
    const text = 'export const text = (at: number) => new Date(at).toISOString();\n';
    const [result] = await eslint.lintText(text, { filePath: place });
    assert.deepEqual(result?.messages, []);
  });
});

describe('imports point one way', () => {
  const eslint = new ESLint({ cwd: root });
  const planted: [file: string, wrong: string, right: string][] = [
    ['server/clock.ts', '../scripts/main.ts', '../programs/money.ts'],
    ['server/clock.ts', '../jobs/main.ts', '../programs/money.ts'],
    ['server/http/etag.ts', '../../jobs/main.ts', '../clock.ts'],
    ['jobs/run-tick.ts', '../scripts/main.ts', '../server/main.ts'],
    ['scripts/tidy.ts', '../jobs/main.ts', '../server/main.ts'],
  ];
  for (const [file, wrong, right] of planted) {
    it(`the linter refuses ${wrong} in ${file}`, async () => {
      const refused = async (from: string): Promise<boolean> => {
        const [result] = await eslint.lintText(`import '${from}';\n`, { filePath: `${root}/${file}` });
        return result?.messages.some(({ ruleId }) => ruleId === 'no-restricted-imports') ?? false;
      };
      assert.deepEqual([await refused(wrong), await refused(right)], [true, false]);
    });
  }
});
