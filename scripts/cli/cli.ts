import { SCOPES, type ActorOf } from '../../server/actor.ts';
import type { OpenDatabase } from '../../server/database/open-database.ts';
import type { Services } from '../../server/services.ts';
import type { ExitCode } from './exit-codes.ts';

/** What every command is given: where it writes, and the services when it asks for them. */
export interface Cli {
  /** One line of result on standard output. */
  out(line: string): void;
  /** Text on standard output as it is. */
  write(text: string): void;
  /** One line for the person watching, on standard error. */
  note(line: string): void;
  /** Whether a person watches standard error. */
  readonly interactive: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Opens the services of the configured database, starting the embedded one if it does not run, and closes them after. */
  withServices<T>(use: (services: Services) => Promise<T>): Promise<T>;
  /** Opens the configured database, or the one of `uri`, as it is: not migrated. */
  withDatabase<T>(use: (database: OpenDatabase) => Promise<T>, uri?: string): Promise<T>;
  /** The exit code of a command that ran to its end; 0 unless told otherwise. */
  finish(code: ExitCode): void;
}

/** Commands act as an operator; there is no `--as` (M8). */
export const CLI_ACTOR: ActorOf<'operator'> = { kind: 'operator', operatorId: 'cli', scopes: new Set(SCOPES) };
