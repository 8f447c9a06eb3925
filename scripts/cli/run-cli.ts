import { CommanderError, type Command } from 'commander';
import type { Refusal } from '../../programs/refusal.ts';
import type { Cli } from './cli.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Runs one command line (`['platforms', 'list']`) and answers its exit code; every error is one clear sentence. */
export async function runCli(
  program: Command,
  args: readonly string[],
  cli: Omit<Cli, 'finish'>,
  finished: () => ExitCode,
): Promise<ExitCode> {
  quieten(program, cli);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return finished();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return tell(error, args.includes('--json'), cli);
  }
}

/** Commander would end the process itself; the exit code is ours. */
function quieten(command: Command, cli: Omit<Cli, 'finish'>): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => cli.out(text.trimEnd()),
    writeErr: (text) => cli.note(text.trimEnd()),
  });
  for (const child of command.commands) quieten(child, cli);
}

function tell(error: unknown, json: boolean, cli: Omit<Cli, 'finish'>): ExitCode {
  const { exit, code, message, details } = describe(error);
  if (json) cli.out(JSON.stringify({ error: { code, message, ...(details.length === 0 ? {} : { details }) } }));
  cli.note(`error: ${message}`);
  for (const detail of details)
    if (!message.includes(detail.message)) cli.note(`  ${detail.pointer}: ${detail.message}`);
  if (exit === EXIT.bug && error instanceof Error) cli.note(error.stack ?? '');
  return exit;
}

function describe(error: unknown): { exit: ExitCode; code: string; message: string; details: Refusal['details'] } {
  if (isRefusal(error)) {
    const exit = error.kind === 'unavailable' ? EXIT.unavailable : isUsage(error) ? EXIT.usage : EXIT.refused;
    return { exit, code: error.code, message: error.message, details: error.details };
  }
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? error.name : '';
  if (name === 'DatabaseTrouble') return { ...troubleOf(error), message, details: [] };
  if (name === 'MongoServerSelectionError' || name === 'MongoNetworkError') {
    return { exit: EXIT.unavailable, code: 'database_unavailable', message, details: [] };
  }
  if (name === 'ConfigTrouble') return { exit: EXIT.usage, code: 'configuration', message, details: [] };
  return { exit: EXIT.bug, code: 'internal', message: `A bug, not your doing: ${message}`, details: [] };
}

/** What a database says no to is a refusal; what keeps it from answering at all is for later. */
function troubleOf(error: unknown): { exit: ExitCode; code: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'database_unavailable';
  if (/^(backup|restore)_/.test(code)) return { exit: EXIT.refused, code };
  return { exit: code === 'uri_invalid' ? EXIT.usage : EXIT.unavailable, code };
}

/** By name, not by class: what a test loads lazily may come from a second copy of the module. */
function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === 'Refusal' && 'kind' in error;
}

/** Files and mappings that the command line named are part of the command line. */
function isUsage({ code }: Refusal): boolean {
  return /^(mapping_|csv_|file_unreadable$)/.test(code);
}
