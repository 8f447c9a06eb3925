import { buildProgram } from '../cli/build-program.ts';
import type { Cli } from '../cli/cli.ts';
import type { Finding } from './find-untidy.ts';
import type { TreeFile } from './tree.ts';

const PATH = 'scripts/README.md';

/** The command line as declared: `noun verb` for each command. Nothing of it is run. */
function declaredCommands(): string[] {
  const opens = (): Promise<never> => Promise.reject(new Error('A command was run while commands were listed.'));
  const silent = (): void => undefined;
  const cli: Cli = {
    ...{ out: silent, write: silent, note: silent, finish: silent, interactive: false, env: {} },
    ...{ withServices: opens, withDatabase: opens },
  };
  return buildProgram(cli).commands.flatMap((noun) => noun.commands.map((verb) => `${noun.name()} ${verb.name()}`));
}

/** The commands that the README's table lists: cells of nouns and their verbs, two or more spaces between cells. */
function listedCommands(text: string): string[] {
  const [, table = ''] = /```\nnpm run cli --[^\n]*\n\n([\s\S]*?)```/.exec(text) ?? [];
  return table.split('\n').flatMap((line) => {
    const cells = line.trim().split(/ {2,}/);
    return cells.flatMap((noun, at) =>
      at % 2 === 0 ? (cells[at + 1] ?? '').split(' ').map((verb) => `${noun} ${verb}`) : [],
    );
  });
}

/** What the table of commands does not list, and what it lists though there is no such command. */
export function undocumentedCommands(
  readme: TreeFile | undefined,
  declared: readonly string[] = declaredCommands(),
): Finding[] {
  const listed = new Set(listedCommands(readme?.text ?? '').filter((command) => command.trim() !== ''));
  const known = new Set(declared);
  return [
    ...declared.filter((command) => !listed.has(command)).map((command) => `does not list the command ${command}`),
    ...[...listed].filter((command) => !known.has(command)).map((command) => `lists ${command}, which is no command`),
  ].map((message) => ({ path: PATH, message }));
}
