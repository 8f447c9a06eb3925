import { REASONS } from '../../programs/cover/reasons.ts';
import { VARIABLES } from '../../server/config-variables.ts';
import { ROW_CODES } from '../shift-import/row-problem.ts';
import { unmentioned, unused, type Finding } from './find-untidy.ts';
import { undocumentedCommands } from './list-commands.ts';
import type { TreeFile } from './tree.ts';

/** What a person looks up and must find: variables, npm scripts, reasons, row codes, jobs, commands, folders. */
export function findUndocumented(files: readonly TreeFile[]): Finding[] {
  const at = (path: string): TreeFile | undefined => files.find((file) => file.path === path);
  const reasons = Object.values(REASONS);
  const names = reasons.map(({ name }) => name);
  const rowCodes = Object.keys(ROW_CODES);
  return [
    ...unmentioned('variable', Object.keys(VARIABLES), at('README.md'), 'README.md'),
    ...unmentioned('npm script', scriptsOf(at('package.json')), at('README.md'), 'README.md'),
    ...unmentioned('reason', names, at('programs/cover/README.md'), 'programs/cover/README.md'),
    ...unmentioned(
      'reason code',
      reasons.map(({ code }) => code),
      at('programs/cover/README.md'),
      'programs/cover/README.md',
    ),
    ...unmentioned('job', jobsOf(at('jobs/schedule.ts')), at('jobs/README.md'), 'jobs/README.md'),
    ...undocumentedCommands(at('scripts/README.md')),
    ...['programs', 'server'].flatMap((top) =>
      unmentioned('folder', foldersIn(top, files), at(`${top}/README.md`), `${top}/README.md`),
    ),
    ...unused('reason', names, files, 'programs/cover/reasons.ts'),
    ...unmentioned('row code', rowCodes, at('scripts/README.md'), 'scripts/README.md'),
    ...unused('row code', rowCodes, files, 'scripts/shift-import/row-problem.ts'),
  ];
}

/** `shifts/` for each folder right below the top one. */
function foldersIn(top: string, files: readonly TreeFile[]): string[] {
  const names = files.flatMap(({ path }) => {
    const [first, folder, ...rest] = path.split('/');
    return first === top && folder !== undefined && rest.length > 0 ? [`${folder}/`] : [];
  });
  return [...new Set(names)];
}

/** Read as text: the command line does not import jobs. */
function jobsOf(schedule: TreeFile | undefined): string[] {
  return [...(schedule?.text ?? '').matchAll(/\bname: '([a-z-]+)'/g)].flatMap(([, name]) => name ?? []);
}

/** As a person types them; hooks like `prestart` run by themselves. */
function scriptsOf(manifest: TreeFile | undefined): string[] {
  const parsed: unknown = JSON.parse(manifest?.text ?? '{}');
  const scripts: unknown = typeof parsed === 'object' && parsed !== null && 'scripts' in parsed ? parsed.scripts : {};
  const names = Object.keys(typeof scripts === 'object' && scripts !== null ? scripts : {});
  return names
    .filter((name) => !(name.startsWith('pre') && names.includes(name.slice(3))))
    .map((name) => (name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`));
}
