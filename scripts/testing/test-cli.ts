import type { Database } from '../../server/database/connect.ts';
import type { OpenServices } from '../../server/open-services.ts';
import { buildProgram } from '../cli/build-program.ts';
import type { Cli } from '../cli/cli.ts';
import { EXIT, type ExitCode } from '../cli/exit-codes.ts';
import { runCli } from '../cli/run-cli.ts';

/** What a command said. */
export interface CommandResult {
  readonly exit: ExitCode;
  readonly out: string;
  readonly notes: string;
}

/** Runs command lines (`['platforms', 'list']`) on services that a test opened, in the environment that it gives. */
export function testCli(
  services: OpenServices,
  database: Database,
  env: Cli['env'] = {},
): (...args: readonly string[]) => Promise<CommandResult> {
  return async (...args) => {
    const out: string[] = [];
    const notes: string[] = [];
    let code: ExitCode = EXIT.ok;
    const cli: Cli = {
      out: (line) => void out.push(`${line}\n`),
      write: (text) => void out.push(text),
      note: (line) => void notes.push(line),
      interactive: false,
      env,
      withServices: (use) => use(services),
      withDatabase: (use) => use(database),
      finish: (to) => void (code = to),
    };
    const exit = await runCli(buildProgram(cli), args, cli, () => code);
    return { exit, out: out.join(''), notes: notes.join('\n') };
  };
}
