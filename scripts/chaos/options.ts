import { parseArgs } from 'node:util';

export const HELP = `npm run chaos -- [options]
npm run chaos -- payouts --help    the same for money that goes out
npm run chaos -- simulate --help   payouts in virtual time

Starts API and database as processes, reports shift events from several clients that log every acknowledgement, kills the
processes with kill -9 under load, and shows that every promise was kept. Exit code 0 only if it was.

  --kills <n>       part one: kills of API and mongod in turn (default 20; 0 leaves the part out)
  --elections <n>   part two: kills of the primary of a set of three (default 3; 0 leaves the part out)
  --clients <n>     clients that send at once (default 8)
  --seed <n>        chooses what is sent and when is killed (default: printed at the start)
  --overload        instead of both: more load than the queue takes, 503 queue_full, goodput and memory
  --ci              at least 20 kills and 3 elections, whatever the others say, and 2000 simulated payouts; takes about
                    four minutes on two cores
  --json            ends with {"acknowledged","lost","duplicated","kills","elections","longestGapMs"}
  --help            this text
`;

export interface ChaosOptions {
  readonly kills: number;
  readonly elections: number;
  readonly clients: number;
  readonly seed: number | undefined;
  readonly overload: boolean;
  readonly ci: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const CI = { kills: 20, elections: 3 } as const;

/** Throws an Error with a sentence for what it does not understand. */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string' },
      elections: { type: 'string' },
      clients: { type: 'string' },
      seed: { type: 'string' },
      overload: { type: 'boolean' },
      ci: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const kills = wholeNumber('--kills', values.kills, 0) ?? CI.kills;
  const elections = wholeNumber('--elections', values.elections, 0) ?? CI.elections;
  const ci = values.ci ?? false;
  return {
    kills: ci ? Math.max(kills, CI.kills) : kills,
    elections: ci ? Math.max(elections, CI.elections) : elections,
    clients: wholeNumber('--clients', values.clients, 1) ?? 8,
    seed: wholeNumber('--seed', values.seed, 0),
    overload: values.overload ?? false,
    ci,
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

/** Throws an Error with a sentence for what is no whole number from `min` on. */
export function wholeNumber(name: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < min) throw new Error(`${name} must be a whole number from ${min} on.`);
  return value;
}
