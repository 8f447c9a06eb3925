import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { wholeNumber } from '../options.ts';
import { simulate, type SimulationResult } from './simulate.ts';

const HELP = `npm run chaos -- simulate [options]

Simulates payouts in virtual time: production's use cases, ledger rules and Stripe adapter over the sandbox in this process,
with workers that die and come back, faults before and after each effect, and webhooks that are lost. At the end an auditor
of its own holds our books against the provider's. The same seed is the same course of things, to the last byte.

  --payouts <n>   how many, in waves of at most 2500 with the next seed each (default 10000)
  --seed <n>      of the first wave (default: printed)
  --database      over a real mongod instead of in memory; what happens is then not repeatable
  --json          ends with {"payouts","faults","doubled","missing","wrong","deaths","seeds"}
  --help          this text
`;

/** `npm run chaos -- simulate`: the exit code. */
export async function simulateCommand(args: readonly string[], say: (line: string) => void): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      payouts: { type: 'string' },
      seed: { type: 'string' },
      database: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const result = await simulateSaying({
    payouts: wholeNumber('--payouts', values.payouts, 1) ?? 10_000,
    seed: wholeNumber('--seed', values.seed, 0) ?? randomInt(1_000_000),
    database: values.database ?? false,
    say,
  });
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    for (const [name, value] of Object.entries(result)) process.stdout.write(`${name.padEnd(13)} ${String(value)}\n`);
  return isKept(result) ? 0 : 1;
}

/** Runs a simulation and says how it went. */
export async function simulateSaying(options: Parameters<typeof simulate>[0]): Promise<SimulationResult> {
  const { payouts, seed, database, say } = options;
  say(`${payouts} payouts ${database ? 'on a mongod' : 'in memory'}, --seed ${seed}`);
  // Most errors here are made on purpose, and their stacks would cost more than the payouts.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const result = await simulate(options);
    say(isKept(result) ? 'Everybody was paid once, or is truly not paid.' : 'Promises were broken: see above.');
    return result;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

export const isKept = ({ doubled, missing, wrong }: SimulationResult): boolean => doubled + missing + wrong === 0;
