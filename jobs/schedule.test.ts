import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { SCHEDULE } from './schedule.ts';

describe('the timetable', () => {
  const names = SCHEDULE.map(({ name }) => name);

  it('names each job once, in kebab-case, after its file', async () => {
    assert.equal(new Set(names).size, names.length);
    const files = await readdir(import.meta.dirname);
    for (const name of names) assert.ok(files.includes(`${name}.ts`), `jobs/${name}.ts`);
  });

  it('has a catch-up test for every job', async () => {
    const files = (await readdir(import.meta.dirname)).filter((file) => /^catch-up.*\.story\.test\.ts$/.test(file));
    const texts = await Promise.all(files.map((file) => readFile(new URL(file, import.meta.url), 'utf8')));
    for (const name of names)
      assert.ok(texts.join('').includes(`describe('${name}'`), `a catch-up story tells of ${name}`);
  });

  it('tells of every job in the README', async () => {
    const readme = await readFile(new URL('README.md', import.meta.url), 'utf8');
    for (const name of names) assert.ok(readme.includes(`\`${name}\``), `README.md tells of ${name}`);
  });

  it('reads every cron in a zone that exists, and gives each lock a life', () => {
    for (const { cron, timeZone, lockMinutes } of SCHEDULE) {
      assert.equal(cron.split(' ').length, 5);
      assert.ok(new Intl.DateTimeFormat('en', { timeZone }));
      assert.ok(lockMinutes >= 10);
    }
  });
});
