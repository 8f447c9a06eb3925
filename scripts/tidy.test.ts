import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { findUndocumented } from './tidy/find-undocumented.ts';
import { findUntidy, unmentioned, unused } from './tidy/find-untidy.ts';
import { undocumentedCommands } from './tidy/list-commands.ts';
import { readTree } from './tidy/tree.ts';

const READMES = ['programs', 'server', 'jobs', 'scripts'].map((folder) => ({ path: `${folder}/README.md`, text: '' }));
const found = (path: string, text: string) => findUntidy([...READMES, { path, text }]).map(({ message }) => message);

describe('the tree', () => {
  it('is tidy, and documents what people look up', async () => {
    const files = await readTree('.');
    const lock = { path: 'package-lock.json', text: await readFile('package-lock.json', 'utf8') };
    const findings = [...findUntidy([...files, lock]), ...findUndocumented(files)];
    assert.deepEqual(
      findings.map(({ path, line, message }) => `${path}:${line ?? ''} ${message}`),
      [],
    );
  });
});

describe('findUntidy', () => {
  const planted: [why: string, path: string, text: string, says: RegExp][] = [
    ['a long file', 'server/a.ts', 'x;\n'.repeat(301), /301 lines/],
    ['a file name in camel case', 'server/someThing.ts', '', /kebab-case/],
    ['a test singled out', 'server/a.test.ts', `it${'.only'}('x', () => {});`, /singled out/],
    ['a test left out', 'server/a.test.ts', `describe${'.skip'}('x', () => {});`, /left out/],
    ['a type given up', 'server/a.ts', `function f(x: ${'any'}) {}`, /given up/],
    ['a cast that gives up', 'server/a.ts', `f(x as ${'any'});`, /given up/],
    ['a silenced compiler', 'server/a.ts', `// ${'@ts-'}ignore`, /silenced/],
    ['a swallowed error', 'server/a.ts', `f()${'.catch('}() => {});`, /swallowed/],
    ['a default export', 'server/a.ts', `${'export '}default 1;`, /names/],
    ['something undecided', 'server/a.ts', `// ${'TO'}DO later`, /undecided/],
    ['a path of a machine', 'README.md', `cd ${'/ho'}me/me/parasol`, /one machine/],
    [
      'a test that moves money and trusts that the books are right',
      'server/a.test.ts',
      `${'useTestDatabase'}(); ${'closeDay'}(services);`,
      /assertBooks/,
    ],
    [
      'two drivers',
      'package-lock.json',
      '"node_modules/mongodb": {}, "node_modules/agenda/node_modules/mongodb": {}',
      /several MongoDB drivers/,
    ],
  ];
  for (const [why, path, text, says] of planted) {
    it(`finds ${why}`, () => {
      const [message = '', ...more] = found(path, text);
      assert.match(message, says);
      assert.deepEqual(more, []);
    });
  }

  const fine: [why: string, path: string, text: string][] = [
    [
      'a test that moves money and asks the books',
      'server/a.test.ts',
      `${'useTestApi'}(); ${'closeDay'}(services); afterEach(() => assertBooks(services));`,
    ],
    ['300 lines', 'server/a.ts', 'x;\n'.repeat(300)],
    ['a dotted test name', 'scripts/commands/shifts-import.story.test.ts', ''],
    ['the word any in a sentence', 'server/a.ts', '// Takes any: order.'],
    ['one driver', 'package-lock.json', '"node_modules/mongodb": {}, "node_modules/mongodb-connection-string-url": {}'],
    ['an error that is handled', 'server/a.ts', 'f().catch((error: unknown) => log.warn(error));'],
  ];
  for (const [why, path, text] of fine) it(`lets ${why} pass`, () => assert.deepEqual(found(path, text), []));

  it('finds a folder without a README', () => {
    assert.deepEqual(
      findUntidy(READMES.slice(1)).map(({ path }) => path),
      ['programs/README.md'],
    );
  });
});

describe('what must be documented and used', () => {
  it('is looked for as a whole word', () => {
    const document = { path: 'README.md', text: '`npm run lint`, `npm run start:api`, PARASOL_PORT_RANGE' };
    const missing = unmentioned('term', ['npm run lint', 'npm run start', 'PARASOL_PORT'], document, 'README.md');
    assert.deepEqual(
      missing.map(({ message }) => message),
      ['does not mention the term npm run start', 'does not mention the term PARASOL_PORT'],
    );
  });

  it('of the command line is what its table lists, in both columns, no less and no more', () => {
    const text = '```\nnpm run cli -- <noun> <verb>\n\nkeys   create list   db      restore\n```\n';
    const missing = undocumentedCommands({ path: 'scripts/README.md', text }, [
      'keys create',
      'keys revoke',
      'db restore',
    ]);
    assert.deepEqual(
      missing.map(({ message }) => message),
      ['does not list the command keys revoke', 'lists keys list, which is no command'],
    );
  });

  it('asks that every job of the timetable is described', () => {
    const files = [{ path: 'jobs/schedule.ts', text: "{ name: 'feed-cats', cron: '* * * * *' }" }];
    const messages = findUndocumented(files).map(({ message }) => message);
    assert.ok(messages.includes('is missing: it must document every job'));
  });

  it('is not used by its own list, nor by a test', () => {
    const files = ['codes.ts', 'a.test.ts'].map((path) => ({ path, text: 'some_code' }));
    assert.equal(unused('code', ['some_code'], files, 'codes.ts').length, 1);
    assert.equal(
      unused('code', ['some_code'], [...files, { path: 'b.ts', text: "'some_code'" }], 'codes.ts').length,
      0,
    );
  });
});
