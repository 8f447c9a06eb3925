import { createReadStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { MongoClient } from 'mongodb';

/** The database that everything goes to. */
export const DATABASE = 'parasol';

/**
 * A mongod with this configuration logs, as a "slow query", every command that asks for a write concern and not for
 * `majority` and `j` (one without gets the server's own, which lacks `j`). It sees what came over the wire, from its
 * first moment, and its log file outlives `kill -9`. (The profiler would not do: for updates and deletes it knows the
 * statement without the command's write concern.)
 */
export const MONITOR_CONFIGURATION = `operationProfiling:
  filter: '${JSON.stringify({
    ns: { $regex: `^(${DATABASE}|admin)[.]` },
    writeConcern: { $exists: true },
    $or: [{ 'writeConcern.w': { $ne: 'majority' } }, { 'writeConcern.j': { $ne: true } }],
  })}'
`;

const CANARY = 'chaos_canary';
const LINE_LENGTH_MAX = 300;
/** A pipeline is given the server's write concern even when it only reads, and so is the reading on of its result. */
const READS = /"command":{"(?:getMore"|aggregate"(?!.*"\$(?:merge|out)":))/;

/** What the monitor saw. */
export interface WriteFindings {
  /** The deliberately careless writes that it reported: none means that it is blind. */
  readonly canaries: number;
  /** Every other write without `majority` or without `j`, as the server logged it. */
  readonly careless: readonly string[];
}

/** Writes once with too little of a write concern, which the monitor must report. */
export async function releaseCanary(client: MongoClient): Promise<void> {
  await client
    .db(DATABASE)
    .collection(CANARY)
    .insertOne({ careless: true }, { writeConcern: { w: 1 } });
}

/** Takes what the mongod that ran in this folder logged, and its log away: one must not run there now. */
export async function takeWriteFindings(folder: string): Promise<WriteFindings> {
  let canaries = 0;
  const careless: string[] = [];
  for (const name of ['mongod.log.old', 'mongod.log']) {
    const file = join(folder, name);
    if (!existsSync(file)) continue;
    for await (const line of createInterface({ input: createReadStream(file) })) {
      // Without a remote side it is a write of the server's own.
      if (!line.includes('"Slow query"') || !line.includes('"remote":') || READS.test(line)) continue;
      if (line.includes(`"ns":"${DATABASE}.${CANARY}"`)) canaries++;
      else careless.push(line.replace(/^.*?"attr":/, '').slice(0, LINE_LENGTH_MAX));
    }
    await rm(file);
  }
  return { canaries, careless };
}
