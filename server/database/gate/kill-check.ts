import { MongoClient } from 'mongodb';
import { startKillableMongod } from '../testing/killable-mongod.ts';
import type { KillableMongod } from '../testing/killable-mongod.ts';
import { CheckSkipped, expectThat } from './gate-check.ts';
import type { GateCheck, GateContext } from './gate-check.ts';

const WRITERS = 8;

/**
 * Writes, kills the server in the middle of it, starts it again, and asks for every write that was acknowledged. It
 * does so on a server of its own with the same program, never on the one that holds data.
 */
async function acknowledgedWritesSurvive({ kills: plan }: GateContext): Promise<string> {
  if (plan === undefined) throw new CheckSkipped('a server that somebody else runs is not killed');
  const server = await startKillableMongod();
  try {
    const acknowledged: number[] = [];
    for (let round = 1; round <= plan.kills; round += 1) {
      await writeUntilKilled(server, acknowledged, Math.ceil((plan.writes * round) / plan.kills));
      await server.restart();
    }
    const lost = await missing(server, acknowledged);
    expectThat(lost === 0, `${lost} of ${acknowledged.length} acknowledged writes were lost over ${plan.kills} kills.`);
    return `${acknowledged.length} acknowledged writes over ${plan.kills} kills, none lost`;
  } finally {
    await server.stop();
  }
}

interface Written {
  _id: number;
}

/** Several writers at once; the kill comes when enough is acknowledged, while others are on their way. */
async function writeUntilKilled(server: KillableMongod, acknowledged: number[], wanted: number): Promise<void> {
  const client = new MongoClient(server.uri('gate'), {
    retryWrites: false,
    serverSelectionTimeoutMS: 2_000,
    writeConcern: { w: 'majority', j: true },
  });
  let killed: Promise<void> | undefined;
  // Numbers that were sent in an earlier round may or may not have arrived: never use one twice.
  let next = (acknowledged.at(-1) ?? 0) + 1_000;
  const write = async (): Promise<void> => {
    const items = client.db().collection<Written>('acknowledged');
    while (killed === undefined) {
      const _id = (next += 1);
      try {
        await items.insertOne({ _id });
      } catch (error) {
        // A write that failed because of the kill counts as neither.
        if (killed !== undefined) return;
        throw error;
      }
      acknowledged.push(_id);
      if (acknowledged.length >= wanted) killed ??= server.kill();
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  await killed;
  await client.close();
}

async function missing(server: KillableMongod, acknowledged: readonly number[]): Promise<number> {
  const client = new MongoClient(server.uri('gate'));
  try {
    const stored = await client.db().collection<Written>('acknowledged').find().toArray();
    const ids = new Set(stored.map((document) => document._id));
    return acknowledged.filter((id) => !ids.has(id)).length;
  } finally {
    await client.close();
  }
}

export const killCheck: GateCheck = { name: 'kill', run: acknowledgedWritesSurvive };
