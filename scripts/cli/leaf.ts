import type { Command } from 'commander';
import { EXIT_HELP } from './exit-codes.ts';

/** A noun (`platforms`) under which verbs hang. */
export function noun(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).showHelpAfterError(`Try: npm run cli -- ${name} --help`);
}

/** A verb with `--json`, examples and the exit codes in its help. */
export function verb(parent: Command, usage: string, description: string, examples: readonly string[]): Command {
  const [name = usage] = usage.split(' ');
  const path = `npm run cli -- ${parent.name()} ${name}`;
  // A line that begins with spaces goes on with the example before it.
  const list = examples
    .map((example) => (example.startsWith(' ') ? `  ${example}` : `  $ npm run cli -- ${example}`))
    .join('\n');
  return parent
    .command(usage)
    .description(description)
    .option('--json', 'answer in JSON on standard output')
    .showHelpAfterError(`Try: ${path} --help`)
    .addHelpText('after', `\nExamples:\n${list}\n${EXIT_HELP}`);
}

/** A verb that writes: shows its plan, and does it with `--apply`. */
export function writingVerb(parent: Command, usage: string, description: string, examples: readonly string[]): Command {
  return verb(parent, usage, description, examples).option(
    '--apply',
    'do it; without it the plan is shown and nothing is done',
  );
}
