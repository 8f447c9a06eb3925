import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeFlags } from './bench-world.ts';
import type { Bench, Measure } from './measure.ts';
import { measurePairs, summarise, type Measured } from './pairs.ts';

const run = promisify(execFile);
const MINUTE_MS = 60_000;
const IMPORT_MS_MAX = 30 * MINUTE_MS;
const TEMPLATE = 'import_template';
const COURIERS = 1_297;
const DAYS = 44;

/** Importing a file against csv-parse and raw inserts of the same event documents; and the memory of a large file. */
export const imports: Measure = {
  names: ['import', 'import-memory'],
  async run(bench, wanted) {
    const results: Measured[] = [];
    if (wanted.has('import')) results.push(await speed(bench));
    if (wanted.has('import-memory')) results.push(await memory(bench));
    return results;
  },
};

async function speed(bench: Bench): Promise<Measured> {
  const rows = bench.quick ? 2_000 : 11_399;
  const file = path.join(bench.dataDir, 'deliveries.csv');
  await writeDeliveries(file, rows);
  // The rival makes its documents after one that this import stored.
  await importOnce(bench, TEMPLATE, file);
  return measurePairs(
    { name: 'import', unit: 'rows/s', goal: { atLeast: 0.3 }, pairs: bench.pairs },
    async (round) => rows / (await importOnce(bench, `import_${round}`, file)).seconds,
    async (round) => rows / (await runOnce(bench, './raw-import-once.ts', TEMPLATE, [file, `rival_${round}`])).seconds,
  );
}

async function memory(bench: Bench): Promise<Measured> {
  const sizes = bench.quick ? { large: 20_000, small: 2_000 } : { large: 1_000_000, small: 10_000 };
  const peakMb = async (rows: number): Promise<number> => {
    const file = path.join(bench.dataDir, `rows-${rows}.csv`);
    await writeDeliveries(file, rows);
    const { rssKb, seconds } = await importOnce(bench, `import_memory_${rows}`, file);
    bench.log(`  import-memory: ${rows} rows in ${seconds.toFixed(1)} s, peak ${(rssKb / 1024).toFixed(0)} MB`);
    return rssKb / 1024;
  };
  const pair = { rival: await peakMb(sizes.small), ours: await peakMb(sizes.large) };
  return summarise({ name: 'import-memory', unit: 'MB', goal: { atMost: 1.6 } }, [pair]);
}

const importOnce = (bench: Bench, database: string, file: string) =>
  runOnce(bench, './import-once.ts', database, [file]);

/** Both sides run as somebody would run them: each time in a process of its own. */
async function runOnce(bench: Bench, script: string, database: string, args: readonly string[]) {
  const { stdout } = await run(
    process.execPath,
    [...nodeFlags('cli'), fileURLToPath(new URL(script, import.meta.url)), ...args],
    {
      env: {
        ...process.env,
        MONGODB_URI: bench.uriOf(database),
        PARASOL_DATA_DIR: path.join(bench.dataDir, database),
        PARASOL_LOG_LEVEL: 'error',
      },
      timeout: IMPORT_MS_MAX,
    },
  );
  const said: unknown = JSON.parse(stdout);
  if (typeof said !== 'object' || said === null || !('seconds' in said) || !('rssKb' in said)) throw new Error(stdout);
  return { seconds: Number(said.seconds), rssKb: Number(said.rssKb) };
}

/** A file like the public deliveries: as many couriers and days, in no order of time. */
async function writeDeliveries(file: string, rows: number): Promise<void> {
  const handle = await open(file, 'w');
  try {
    const lines = [
      'ID,Delivery_person_ID,Delivery_person_Age,Order_Date,Time_Orderd,Time_Order_picked,Type_of_vehicle,City',
    ];
    for (let row = 0; row < rows; row++) {
      const day = new Date(Date.UTC(2022, 1, 11 + ((row * 7) % DAYS)))
        .toISOString()
        .slice(0, 10)
        .split('-')
        .reverse()
        .join('-');
      const minute = (row * 37) % 840;
      const time = `${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`;
      const courier = `COURIER${(row * 31) % Math.max(COURIERS, Math.floor(rows / 10))}`;
      lines.push(
        `0x${row.toString(16)} ,${courier} ,${20 + (row % 30)},${day},${time},${time},motorcycle ,Metropolitian `,
      );
      if (lines.length >= 5_000) await handle.write(`${lines.splice(0).join('\n')}\n`);
    }
    if (lines.length > 0) await handle.write(`${lines.join('\n')}\n`);
  } finally {
    await handle.close();
  }
}
