import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../server/clock.ts';
import { connect } from '../../server/database/connect.ts';
import { migrate } from '../../server/database/migrate.ts';
import {
  CALLERS,
  cashAccount,
  drawUntilEmpty,
  fundAccount,
  openOurs,
  openRivalFund,
  type FundRun,
  type RivalSide,
} from './fund-sides.ts';
import type { FundOrder, FundReport } from './fund-worker.ts';
import { quantile } from './lean-client.ts';
import type { Bench, Measure } from './measure.ts';
import { measurePairs, summarise, type Measured } from './pairs.ts';

const POOLS = [8, 16, 32, 64];
const PROCESSES = 4;
/** Units in a fund: both sides take some seconds to empty theirs, so the rival's is smaller. */
const UNITS = { ours: 16_384, rival: 2_048, quick: 1_024 };

interface Stage {
  readonly uri: string;
  readonly ours: Awaited<ReturnType<typeof openOurs>>;
  readonly rival: RivalSide;
  readonly pool: number;
  readonly units: { readonly ours: number; readonly rival: number };
  /** A fund that nobody used, filled on that side. */
  fill(side: 'ours' | 'rival'): Promise<string>;
}

/**
 * 256 callers empty one fund, unit by unit, each reservation under its own id and durable: the ledger against a guarded
 * `$inc` with an insert behind it (M11), in one process, and with four processes on each side. Exactly as many win as there
 * are units. `fund-p99` is what one of them waits.
 */
export const fund: Measure = {
  names: ['fund', 'fund-p99', 'fund-4', 'fund-4-p99'],
  async run(bench, wanted) {
    const stage = await openStage(bench);
    try {
      const results: Measured[] = [];
      if (wanted.has('fund') || wanted.has('fund-p99')) {
        results.push(...(await measure(bench, stage, { name: 'fund', atLeast: 8 }, alone(stage))));
      }
      if (wanted.has('fund-4') || wanted.has('fund-4-p99')) {
        const workers = await openWorkers(stage);
        try {
          results.push(...(await measure(bench, stage, { name: 'fund-4', atLeast: 2 }, workers.run)));
        } finally {
          await workers.close();
        }
      }
      return results.filter(({ name }) => wanted.has(name));
    } finally {
      await stage.ours.close();
      await stage.rival.close();
    }
  },
};

type Runner = (side: 'ours' | 'rival', fundId: string) => Promise<FundRun>;

async function measure(
  bench: Bench,
  stage: Stage,
  goal: { readonly name: string; readonly atLeast: number },
  run: Runner,
): Promise<Measured[]> {
  const p99 = { ours: [] as number[], rival: [] as number[] };
  const perSecond = async (side: 'ours' | 'rival', round: number): Promise<number> => {
    const fundId = await stage.fill(side);
    const { winners, seconds, latenciesMs } = await run(side, fundId);
    if (winners !== stage.units[side]) throw new Error(`${winners} callers won ${stage.units[side]} units (${side}).`);
    if (round > 0) p99[side].push(quantile(latenciesMs, 0.99));
    return winners / seconds;
  };
  const { name, atLeast } = goal;
  const rate = await measurePairs(
    { name, unit: 'reservations/s', goal: { atLeast }, pairs: bench.pairs },
    (round) => perSecond('ours', round),
    (round) => perSecond('rival', round),
  );
  const waits = p99.ours.map((ours, index) => ({ ours, rival: p99.rival[index] ?? 0 }));
  return [rate, summarise({ name: `${name}-p99`, unit: 'ms', goal: { atMost: 1 } }, waits)];
}

const alone =
  (stage: Stage): Runner =>
  (side, fundId) =>
    drawUntilEmpty(stage[side], fundId, CALLERS, 'alone');

async function openStage(bench: Bench): Promise<Stage> {
  const uri = bench.uriOf('fund');
  const database = await connect({ uri });
  await migrate(database, { clock: systemClock });
  await database.close();
  const units = bench.quick ? { ours: UNITS.quick, rival: UNITS.quick } : { ours: UNITS.ours, rival: UNITS.rival };
  const ours = await openOurs(uri);
  const { rival, pool } = await bestRival(uri, bench);
  let funds = 0;
  return {
    ...{ uri, ours, rival, pool, units },
    async fill(side) {
      const id = `f${funds++}`;
      if (side === 'rival') await rival.funds.insertOne({ _id: id, left: units.rival });
      else await fillOurs(ours, id, units.ours);
      return id;
    },
  };
}

async function fillOurs({ ledger }: Stage['ours'], id: string, amount: number): Promise<void> {
  const common = { kind: 'opening_balance', type: 'posted', amount, effectiveOn: '2026-03-02' } as const;
  const world = 'world:bench:CNY';
  await ledger.commit({
    id: `${id}:filled`,
    transfers: [
      { ...common, id: `${id}:fund`, debit: world, credit: fundAccount(id) },
      { ...common, id: `${id}:cash`, debit: cashAccount(id), credit: world },
    ],
  });
}

/** The rival at its best number of connections. */
async function bestRival(uri: string, bench: Bench): Promise<{ rival: RivalSide; pool: number }> {
  let best: { rival: RivalSide; pool: number; perSecond: number } | undefined;
  for (const pool of POOLS) {
    const rival = await openRivalFund(uri, pool);
    const left = bench.quick ? 256 : 1_024;
    await rival.funds.insertOne({ _id: `calibration-${pool}`, left });
    const { winners, seconds } = await drawUntilEmpty(rival, `calibration-${pool}`, CALLERS, 'calibration');
    const perSecond = winners / seconds;
    bench.log(`  rival with ${pool} connections: ${perSecond.toFixed(0)} reservations/s`);
    if (best === undefined || perSecond > best.perSecond) {
      await best?.rival.close();
      best = { rival, pool, perSecond };
    } else {
      await rival.close();
    }
  }
  if (best === undefined) throw new Error('There is no pool size to try.');
  bench.log(`  rival: ${best.pool} connections are its best, divided among its processes`);
  return best;
}

async function openWorkers(stage: Stage): Promise<{ run: Runner; close(): Promise<void> }> {
  const open = (side: 'ours' | 'rival') =>
    Promise.all(Array.from({ length: PROCESSES }, (_, index) => openWorker(stage, side, `p${index}`)));
  const workers = { ours: await open('ours'), rival: await open('rival') };
  return {
    async run(side, fundId) {
      const startedMs = performance.now();
      const order: FundOrder = { fund: fundId, callers: CALLERS / PROCESSES };
      const runs = await Promise.all(workers[side].map((worker) => ask(worker, order)));
      const seconds = (performance.now() - startedMs) / 1_000;
      const latenciesMs = runs.flatMap((each) => each.latenciesMs).sort((a, b) => a - b);
      return { winners: latenciesMs.length, seconds, latenciesMs };
    },
    async close() {
      for (const worker of [...workers.ours, ...workers.rival]) worker.disconnect();
      await Promise.all([...workers.ours, ...workers.rival].map(ended));
    },
  };
}

async function openWorker(stage: Stage, side: 'ours' | 'rival', name: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./fund-worker.ts', import.meta.url));
  const pool = Math.max(1, Math.ceil(stage.pool / PROCESSES));
  const worker = fork(script, [side, stage.uri, String(pool), name], { execArgv: ['--import', 'tsx'] });
  await reportOf(worker);
  return worker;
}

async function ask(worker: ChildProcess, order: FundOrder): Promise<FundRun> {
  const report = reportOf(worker);
  worker.send(order);
  const run = await report;
  if (!('winners' in run)) throw new Error('A process reported nothing.');
  return run;
}

function reportOf(worker: ChildProcess): Promise<FundReport> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`A process of the fund ended with ${code}.`));
    worker.once('exit', onExit);
    worker.once('message', (report: FundReport) => {
      worker.off('exit', onExit);
      resolve(report);
    });
  });
}

const ended = async (worker: ChildProcess): Promise<void> => {
  if (worker.exitCode === null) await new Promise<void>((resolve) => worker.once('exit', () => resolve()));
};
