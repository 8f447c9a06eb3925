import { randomInt } from 'node:crypto';
import { sentenceOf } from '../../server/run-program.ts';
import { killInTurn } from './kill-in-turn.ts';
import { killPrimaries } from './kill-primaries.ts';
import { HELP, readOptions, type ChaosOptions } from './options.ts';
import { isKept, simulateCommand, simulateSaying } from './simulation/command.ts';
import { GOODPUT_MIN, measureOverload } from './overload.ts';
import { payoutsMain } from './payouts/main.ts';

/** Generous, and an end: nothing here may hang for ever. */
const KILL_MS_MAX = 30_000;
const ELECTION_MS_MAX = 60_000;
const REST_MS_MAX = 240_000;
/** Simulated beside the rest by `--ci`. */
const CI_PAYOUTS = 2_000;

const say = (line: string): void => {
  process.stderr.write(`${(performance.now() / 1_000).toFixed(1).padStart(6)} s  ${line}\n`);
};

async function chaos({ kills, elections, clients, seed, json }: ChaosOptions & { seed: number }): Promise<boolean> {
  say(`${kills} kills and ${elections} elections, ${clients} clients, --seed ${seed}`);
  const one = kills === 0 ? undefined : await killInTurn({ kills, clients, seed, say });
  const two = elections === 0 ? undefined : await killPrimaries({ elections, clients, seed, say });
  const sum = (of: 'acknowledged' | 'lost' | 'duplicated'): number => (one?.[of] ?? 0) + (two?.[of] ?? 0);
  const result = {
    acknowledged: sum('acknowledged'),
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    kills: one?.kills ?? 0,
    elections: two?.elections ?? 0,
    longestGapMs: two?.longestGapMs ?? 0,
  };
  const kept = (one?.findings.length ?? 0) + (two?.findings.length ?? 0) === 0;
  say(kept ? 'Every promise was kept.' : 'Promises were broken: see above.');
  print(result, json);
  return kept;
}

async function overload({ json }: ChaosOptions, seed: number): Promise<boolean> {
  const { findings, ...result } = await measureOverload({ seed, say });
  print(result, json);
  const kept = findings.length === 0 && result.goodput >= GOODPUT_MIN;
  say(kept ? 'Goodput was kept.' : `Goodput must be at least ${GOODPUT_MIN}, and nothing found.`);
  return kept;
}

function print(result: Readonly<Record<string, number>>, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [name, value] of Object.entries(result)) process.stdout.write(`${name.padEnd(13)} ${value}\n`);
}

/** What a part of `npm run chaos` with a name of its own makes of its arguments. */
const PARTS: ReadonlyMap<string, (args: readonly string[]) => Promise<number>> = new Map([
  ['simulate', (args) => simulateCommand(args, say)],
  ['payouts', (args) => payoutsMain(args, say)],
]);

async function main(): Promise<number> {
  const [name = '', ...rest] = process.argv.slice(2);
  const part = PARTS.get(name);
  if (part !== undefined) return part(rest);
  let options: ChaosOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\nTry: npm run chaos -- --help\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const seed = options.seed ?? randomInt(1_000_000);
  const msMax = options.kills * KILL_MS_MAX + options.elections * ELECTION_MS_MAX + REST_MS_MAX;
  setTimeout(() => endNow(`Not done after ${msMax / 60_000} minutes.`, 1), msMax).unref();
  if (options.ci && !isKept(await simulateSaying({ payouts: CI_PAYOUTS, seed, database: false, say }))) return 1;
  const kept = options.overload ? await overload(options, seed) : await chaos({ ...options, seed });
  return kept ? 0 : 1;
}

/** Ending the process ends, by their numbers, the processes that were started: the scratch folders see to it. */
function endNow(why: string, code: number): void {
  say(why);
  process.exit(code);
}

process.once('SIGINT', () => endNow('Interrupted.', 130));
process.once('SIGTERM', () => endNow('Ended.', 143));

try {
  process.exitCode = await main();
} catch (error) {
  // Clients may still be trying to deliver what nobody will take any more.
  endNow(sentenceOf(error), 1);
}
