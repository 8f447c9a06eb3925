import { startBenchServer } from '../../bench/bench-world.ts';
import { connect } from '../../../server/database/connect.ts';
import { migrate } from '../../../server/database/migrate.ts';
import { runWave, type WaveResult } from './run-wave.ts';
import { databaseStorage } from './storage.ts';
import { VirtualTime } from './virtual-time.ts';
import { WAVE_START } from './wave-plan.ts';

/** Payouts of one wave at most: small enough to be repeated alone when something is found. */
export const WAVE_PAYOUTS_MAX = 2_500;
const FINDINGS_SHOWN = 20;

export interface Simulation {
  readonly payouts: number;
  /** Of the first wave; each further one has the next number. */
  readonly seed: number;
  /** Over a real mongod instead of in memory: then the course is not repeatable, the audit is the same. */
  readonly database: boolean;
  readonly say: (line: string) => void;
}

export interface SimulationResult {
  readonly payouts: number;
  readonly faults: number;
  readonly doubled: number;
  readonly missing: number;
  /** Anything else that the auditor or an actor found. */
  readonly wrong: number;
  readonly deaths: number;
  readonly seeds: readonly number[];
}

/** Simulates waves of payouts, one after the other, each in a world of its own with a seed of its own. */
export async function simulate({ payouts, seed, database, say }: Simulation): Promise<SimulationResult> {
  const waves = Math.max(1, Math.ceil(payouts / WAVE_PAYOUTS_MAX));
  const results: WaveResult[] = [];
  const deathsAt = new Set<string>();
  const run = await waveRunner(database);
  try {
    for (let wave = 0; wave < waves; wave++) {
      const count = Math.floor(((wave + 1) * payouts) / waves) - Math.floor((wave * payouts) / waves);
      const result = await run.wave(seed + wave, count);
      results.push(result);
      for (const point of result.deathsAt.keys()) deathsAt.add(point);
      tell(result, say);
    }
  } finally {
    await run.close();
  }
  say(`Processes died at ${deathsAt.size} of the named points: ${[...deathsAt].sort().join(', ')}.`);
  const sum = (of: (result: WaveResult) => number): number => results.reduce((total, each) => total + of(each), 0);
  return {
    payouts: sum((result) => result.payouts),
    faults: sum(({ faults }) => faults),
    doubled: sum(({ doubled }) => doubled.length),
    missing: sum(({ missing }) => missing.length),
    wrong: sum(({ wrong, findings }) => wrong.length + findings.length),
    deaths: sum(({ deaths }) => deaths),
    seeds: results.map((result) => result.seed),
  };
}

function tell(result: WaveResult, say: Simulation['say']): void {
  const { seed, payouts, faults, deaths, days, digest, doubled, missing, wrong, findings } = result;
  say(
    `--seed ${seed} --payouts ${payouts}: ${faults} faults, ${deaths} deaths, ${days.toFixed(1)} days, books ${digest}`,
  );
  const found = [
    ...doubled.map((line) => `doubled: ${line}`),
    ...missing.map((line) => `missing: ${line}`),
    ...[...wrong, ...findings].map((line) => `wrong: ${line}`),
  ];
  for (const line of found.slice(0, FINDINGS_SHOWN)) say(`  ${line}`);
  if (found.length > FINDINGS_SHOWN) say(`  and ${found.length - FINDINGS_SHOWN} more`);
}

interface WaveRunner {
  wave(seed: number, payouts: number): Promise<WaveResult>;
  close(): Promise<void>;
}

async function waveRunner(onDatabase: boolean): Promise<WaveRunner> {
  if (!onDatabase) return { wave: (seed, payouts) => runWave({ seed, payouts }), close: async () => undefined };
  const server = await startBenchServer();
  return {
    async wave(seed, payouts) {
      const database = await connect({ uri: server.uriOf(`wave_${seed}`) });
      try {
        await migrate(database, { clock: new VirtualTime(WAVE_START) });
        return await runWave({ seed, payouts, storage: (time) => databaseStorage(database, time) });
      } finally {
        await database.db.dropDatabase();
        await database.close();
      }
    },
    close: () => server.stop(),
  };
}
