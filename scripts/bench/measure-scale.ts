import { openBenchDatabase, startBenchApi, type BenchDatabase } from './bench-world.ts';
import { freshStart, head, SINGLE } from './events.ts';
import { fill, storedDay } from './fill.ts';
import { closedLoop, LeanConnection, quantile, type LoopResult } from './lean-client.ts';
import type { Bench, Measure } from './measure.ts';
import { measurePairs, summarise, type Measured } from './pairs.ts';

const LANES = 64;
const READ_LANES = 8;
const HOUR_MS = 3_600_000;

/**
 * With a million stored covers and their events: what an event costs (`ours`) against ten thousand stored (`rival`), and
 * what a cover check costs against the same reads by the raw driver.
 */
export const scale: Measure = {
  names: ['scale', 'cover-check'],
  async run(bench, wanted) {
    const results: Measured[] = [];
    const large = await openSide(bench, 'scale_large', bench.quick ? 20_000 : 1_000_000);
    try {
      if (wanted.has('cover-check')) results.push(...(await coverCheck(bench, large)));
      if (wanted.has('scale')) results.push(await eventCost(bench, large));
      return results;
    } finally {
      await large.close();
    }
  },
};

type Side = Awaited<ReturnType<typeof openSide>>;

async function eventCost(bench: Bench, large: Side): Promise<Measured> {
  const small = await openSide(bench, 'scale_small', bench.quick ? 2_000 : 10_000);
  try {
    const about = { name: 'scale', unit: 'ms/event', goal: { atMost: 1.3 }, pairs: bench.pairs };
    return await measurePairs(
      about,
      () => large.msPerEvent(),
      () => small.msPerEvent(),
    );
  } finally {
    await small.close();
  }
}

async function coverCheck(bench: Bench, { database, api, covers }: Side): Promise<Measured[]> {
  const count = bench.quick ? 500 : 4_000;
  const nowMs = Date.parse(bench.now());
  const pairs: { ours: LoopResult; rival: LoopResult }[] = [];
  const pick = (index: number, round: number) => storedDay(database, (index * 7_919 + round * 104_729) % covers, nowMs);
  const ours = (round: number) =>
    withConnections(api.port, READ_LANES, (connections) =>
      closedLoop(READ_LANES, count, async (index, lane) => {
        const { externalId, startedMs } = pick(index, round);
        const at = new Date(startedMs + HOUR_MS).toISOString();
        const answer = await connections[lane]?.request(
          head('GET', `/v1/workers/${externalId}/cover?at=${at}`, database.tenant),
        );
        if (answer?.status !== 200 || !answer.body.includes('"covered":true')) {
          throw new Error(`The API answered ${answer?.status}: ${answer?.body}`);
        }
      }),
    );
  const rival = (round: number) =>
    closedLoop(READ_LANES, count, async (index) => {
      await rawReads(database, pick(index, round));
    });
  for (let round = 0; round <= bench.pairs; round++) {
    const first = round % 2 === 0 ? await ours(round) : undefined;
    const theirs = await rival(round);
    const mine = first ?? (await ours(round));
    if (round === 0) continue;
    pairs.push({ ours: mine, rival: theirs });
    bench.log(
      `  cover-check ${round}/${bench.pairs}: p50 ${quantile(mine.latenciesMs, 0.5).toFixed(2)} against ${quantile(theirs.latenciesMs, 0.5).toFixed(2)} ms`,
    );
  }
  const at = (name: string, share: number) =>
    summarise(
      { name, unit: 'ms', goal: { atMost: 2 } },
      pairs.map((pair) => ({
        ours: quantile(pair.ours.latenciesMs, share),
        rival: quantile(pair.rival.latenciesMs, share),
      })),
    );
  return [at('cover-check', 0.5), at('cover-check-p99', 0.99)];
}

/** What the check must read: the worker, and his events around the day (G13), through the same indexes. */
async function rawReads({ services }: BenchDatabase, stored: ReturnType<typeof storedDay>): Promise<void> {
  const { db } = services.database;
  const from = new Date(stored.startedMs - 64 * HOUR_MS);
  const to = new Date(stored.startedMs + 42 * HOUR_MS);
  await Promise.all([
    db.collection<{ _id: string }>('workers').findOne({ _id: stored.workerId }),
    db
      .collection('shift_events')
      .find({ workerId: stored.workerId, time: { $gte: from, $lt: to } })
      .toArray(),
  ]);
}

async function openSide(bench: Bench, name: string, covers: number) {
  const database = await openBenchDatabase(bench.uriOf(name), name, bench.dataDir);
  const api = await startBenchApi(database);
  const requestHead = head('POST', '/v1/shift-events', database.tenant, SINGLE);
  const send = async (count: number): Promise<number> => {
    const at = Date.parse(bench.now());
    const bodies = Array.from({ length: count }, () => JSON.stringify(freshStart(database.tenant, at)));
    const { perSecond } = await withConnections(api.port, LANES, (connections) =>
      closedLoop(LANES, count, async (index, lane) => {
        const answer = await connections[lane]?.request(requestHead, bodies[index]);
        if (answer?.status !== 200) throw new Error(`The API answered ${answer?.status}: ${answer?.body}`);
      }),
    );
    return 1000 / perSecond;
  };
  await send(1);
  await fill(database, covers, Date.parse(bench.now()), bench.log);
  return {
    database,
    api,
    covers,
    msPerEvent: () => send(bench.quick ? 1_000 : 4_000),
    async close() {
      await api.stop();
      await database.close();
    },
  };
}

/** Opened for one loop: the server closes what stays idle while something else is measured. */
async function withConnections<T>(
  port: number,
  count: number,
  work: (connections: readonly LeanConnection[]) => Promise<T>,
): Promise<T> {
  const connections = await Promise.all(Array.from({ length: count }, () => LeanConnection.open(port)));
  try {
    return await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}
