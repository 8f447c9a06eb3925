import { openBenchDatabase, startBenchApi, type BenchApi, type BenchDatabase } from './bench-world.ts';
import { BATCH, freshStart, head, shiftEvent, SINGLE, type StoredEvent } from './events.ts';
import { closedLoop, LeanConnection, quantile } from './lean-client.ts';
import type { Bench, Measure } from './measure.ts';
import { measurePairs, type Measured } from './pairs.ts';
import { openRival, type Rival } from './rival.ts';

const LANES = 64;
const BATCH_EVENTS = 500;
const WARM_UP_EVENTS = 20_000;

interface Stage {
  readonly database: BenchDatabase;
  readonly api: BenchApi;
  readonly rival: Rival;
  readonly connections: readonly LeanConnection[];
}

/** Single events, batches and replays over HTTP against raw inserts of the event documents alone. */
export const issuance: Measure = {
  names: ['issuance', 'issuance-p50', 'batch-starts', 'batch-ends', 'replay'],
  async run(bench, wanted) {
    const stage = await openStage(bench);
    try {
      const results: Measured[] = [];
      if (wanted.has('issuance')) results.push(await singles(bench, stage));
      if (wanted.has('issuance-p50')) results.push(await oneConnection(bench, stage));
      if (wanted.has('batch-starts')) results.push(await batches(bench, stage, 'started'));
      if (wanted.has('batch-ends')) results.push(await batches(bench, stage, 'ended'));
      if (wanted.has('replay')) results.push(await replays(bench, stage));
      return results;
    } finally {
      for (const connection of stage.connections) connection.close();
      await stage.api.stop();
      await stage.rival.close();
      await stage.database.close();
    }
  },
};

async function openStage(bench: Bench): Promise<Stage> {
  const database = await openBenchDatabase(bench.uriOf('issuance'), 'issuance', bench.dataDir);
  const api = await startBenchApi(database);
  const connections = await Promise.all(Array.from({ length: LANES }, () => LeanConnection.open(api.port)));
  await report(connections[0], database, freshStart(database.tenant, Date.parse(bench.now())));
  const template = await database.services.database.db
    .collection('shift_events')
    .findOne<StoredEvent>({}, { promoteLongs: false });
  if (!template) throw new Error('The API stored nothing.');
  const rival = await openRival(database.uri, template, bench.log);
  const stage = { database, api, rival, connections };
  // What is measured is a server that has run for a while: its code is compiled after some ten thousand events.
  await send(stage, freshBodies(bench, stage, bench.quick ? 2_000 : WARM_UP_EVENTS), LANES);
  return stage;
}

async function report(connection: LeanConnection | undefined, database: BenchDatabase, event: unknown): Promise<void> {
  const answer = await connection?.request(
    head('POST', '/v1/shift-events', database.tenant, SINGLE),
    JSON.stringify(event),
  );
  if (answer?.status !== 200) throw new Error(`The API answered ${answer?.status}: ${answer?.body}`);
}

/** Events per second: bodies made beforehand, answers checked. */
async function send(stage: Stage, bodies: readonly string[], lanes: number, type = SINGLE) {
  const requestHead = head('POST', '/v1/shift-events', stage.database.tenant, type);
  return closedLoop(lanes, bodies.length, async (index, lane) => {
    const answer = await stage.connections[lane]?.request(requestHead, bodies[index]);
    if (answer?.status !== 200) throw new Error(`The API answered ${answer?.status}: ${answer?.body.slice(0, 500)}`);
  });
}

const freshBodies = (bench: Bench, stage: Stage, count: number): string[] =>
  Array.from({ length: count }, () => JSON.stringify(freshStart(stage.database.tenant, Date.parse(bench.now()))));

async function singles(bench: Bench, stage: Stage): Promise<Measured> {
  const count = bench.quick ? 1_000 : 4_000;
  return measurePairs(
    { name: 'issuance', unit: 'events/s', goal: { atLeast: 1.5 }, pairs: bench.pairs },
    async () => (await send(stage, freshBodies(bench, stage, count), LANES)).perSecond,
    () => stage.rival.insertOnes(count),
  );
}

async function oneConnection(bench: Bench, stage: Stage): Promise<Measured> {
  const count = bench.quick ? 100 : 300;
  return measurePairs(
    { name: 'issuance-p50', unit: 'ms', goal: { atMost: 2.3 }, pairs: bench.pairs },
    async () => quantile((await send(stage, freshBodies(bench, stage, count), 1)).latenciesMs, 0.5),
    async () => {
      const { latenciesMs } = await closedLoop(1, count, async () => {
        await stage.rival.events.insertOne(stage.rival.fresh());
      });
      return quantile(latenciesMs, 0.5);
    },
  );
}

/** Batches of 500, two under way: starts by workers new to the day; ends of shifts that were started before. */
async function batches(bench: Bench, stage: Stage, type: 'started' | 'ended'): Promise<Measured> {
  const rounds = bench.quick ? 4 : 10;
  const inFlight = 2;
  const { tenant } = stage.database;
  const name = type === 'started' ? 'batch-starts' : 'batch-ends';
  return measurePairs(
    { name, unit: 'events/s', goal: { atLeast: type === 'started' ? 0.3 : 0.5 }, pairs: bench.pairs },
    async () => {
      const at = Date.parse(bench.now());
      const starts = Array.from({ length: rounds }, () =>
        Array.from({ length: BATCH_EVENTS }, () => freshStart(tenant, at)),
      );
      const startBodies = starts.map((batch) => JSON.stringify(batch));
      if (type === 'started') return (await send(stage, startBodies, inFlight, BATCH)).perSecond * BATCH_EVENTS;
      await send(stage, startBodies, inFlight, BATCH);
      const endBodies = starts.map((batch) =>
        JSON.stringify(
          batch.map(({ id, data: { workerId, shiftId } }) =>
            shiftEvent(tenant, { type: 'ended', id: `${id}-end`, workerId, shiftId, at: Date.parse(bench.now()) }),
          ),
        ),
      );
      return (await send(stage, endBodies, inFlight, BATCH)).perSecond * BATCH_EVENTS;
    },
    async () => {
      const documents = Array.from({ length: rounds }, () =>
        Array.from({ length: BATCH_EVENTS }, () => stage.rival.fresh()),
      );
      const { perSecond } = await closedLoop(inFlight, rounds, async (index) => {
        await stage.rival.events.insertMany(documents[index] ?? [], { ordered: false });
      });
      return perSecond * BATCH_EVENTS;
    },
  );
}

/** The same bodies a second time: `ours` is the replay, `rival` the first time. */
async function replays(bench: Bench, stage: Stage): Promise<Measured> {
  const count = bench.quick ? 1_000 : 4_000;
  let bodies: string[] = [];
  return measurePairs(
    { name: 'replay', unit: 'events/s', goal: { atLeast: 1 }, pairs: bench.pairs },
    async () => {
      // In the rounds that begin with the replay, what is replayed was stored by the round before.
      if (bodies.length === 0) {
        bodies = freshBodies(bench, stage, count);
        await send(stage, bodies, LANES);
      }
      return (await send(stage, bodies, LANES)).perSecond;
    },
    async () => {
      bodies = freshBodies(bench, stage, count);
      return (await send(stage, bodies, LANES)).perSecond;
    },
  );
}
