/** What a command's exit code means; documented in scripts/README.md and in `--help`. */
export const EXIT = {
  ok: 0,
  /** The command ran and says no: a refusal, or findings that somebody must look at. */
  refused: 1,
  /** The command line, the mapping or the configuration is not right; nothing was done. */
  usage: 2,
  /** The database or a service is away: try again later, which is always safe. */
  unavailable: 3,
  /** A bug of ours. */
  bug: 70,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit codes:
  0  done (for a plan: shown)      1  refused, or findings to look at
  2  wrong use, nothing done       3  database or service away, try again later`;
