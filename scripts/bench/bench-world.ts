import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createPlatform } from '../../server/platforms/create-platform.ts';
import { createKey } from '../../server/platforms/create-key.ts';
import { createCarrier } from '../../server/carriers/create-carrier.ts';
import { openPolicy } from '../../server/policies/open-policy.ts';
import { readConfig, type Config } from '../../server/config.ts';
import { ensureReplicaSet } from '../../server/database/embedded/replica-set.ts';
import { makeScratchFolder, type ScratchFolder } from '../../server/database/testing/scratch-folder.ts';
import { startMember, TEST_REPLICA_SET } from '../../server/database/testing/start-member.ts';
import { openAll } from '../../server/run-program.ts';
import type { OpenServices } from '../../server/open-services.ts';

/** The platform, policy and key that every measure uses. */
export interface BenchTenant {
  readonly platformId: string;
  readonly source: string;
  readonly policyId: string;
  readonly key: string;
}

/** A database with a tenant in it. */
export interface BenchDatabase {
  readonly name: string;
  readonly uri: string;
  readonly services: OpenServices;
  readonly tenant: BenchTenant;
  readonly config: Config;
  close(): Promise<void>;
}

export interface BenchApi {
  readonly port: number;
  /** Every port that the process said it listens on, in its order. */
  readonly portsSaid: readonly number[];
  readonly pid: number;
  stop(): Promise<void>;
}

/** One mongod for the whole run, in a scratch folder that goes with the process. */
export async function startBenchServer(): Promise<{
  scratch: ScratchFolder;
  uriOf(name: string): string;
  stop(): Promise<void>;
}> {
  const scratch = makeScratchFolder();
  const member = await startMember(scratch, 'bench', { cacheGb: 4 });
  await ensureReplicaSet({
    name: TEST_REPLICA_SET,
    ports: [member.port],
    directUri: (port) => `mongodb://127.0.0.1:${port}/`,
  });
  return {
    scratch,
    uriOf: (name) => `mongodb://127.0.0.1:${member.port}/${name}?replicaSet=${TEST_REPLICA_SET}`,
    async stop() {
      await member.kill();
      scratch.clear();
    },
  };
}

const OPERATOR = { kind: 'operator', operatorId: 'opr_bench', scopes: new Set<never>() } as const;
const YEAR_MS = 366 * 86_400_000;

/** Opens a database by the production door, and gives it a platform with a key and a rider policy that is in force. */
export async function openBenchDatabase(uri: string, name: string, dataDir: string): Promise<BenchDatabase> {
  const config = readConfig({ MONGODB_URI: uri, PARASOL_DATA_DIR: dataDir, PARASOL_LOG_LEVEL: 'error' });
  const { services, close } = await openAll(config, 'parasol-bench', () => undefined);
  const source = `//bench.platform/${name}`;
  const platform = await createPlatform(services, {
    actor: OPERATOR,
    name: `Bench ${name}`,
    sources: [source],
    mode: 'test',
  });
  const carrier = await createCarrier(services, { actor: OPERATOR, name: 'Bench Insurance', licence: 'BENCH-1' });
  const now = services.clock.now();
  const policy = await openPolicy(services, {
    actor: OPERATOR,
    platformId: platform._id,
    carrierId: carrier._id,
    policyholder: 'Bench platform',
    product: 'rider-day@1',
    period: { from: now - YEAR_MS, to: now + YEAR_MS },
    timeZone: 'Asia/Shanghai',
    occupationClasses: ['rider'],
    territories: ['CN'],
    backFilling: false,
    prepaid: false,
  });
  const key = await createKey(services, { actor: OPERATOR, owner: { kind: 'platform', platformId: platform._id } });
  const tenant = { platformId: platform._id, source, policyId: policy.policyId, key: key.secret };
  return { name, uri, services, tenant, config, close };
}

/** The flags of Node that an npm script of ours sets. */
export function nodeFlags(script: 'start:api' | 'cli'): readonly string[] {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const command = new RegExp(`"${script}": "node (.*?) \\S+\\.ts"`).exec(manifest)?.[1];
  if (command === undefined) throw new Error(`package.json does not say how ${script} is started.`);
  return command.split(' ');
}

/** The API as it runs in production, in a process of its own, with its log at `info` going nowhere. */
export async function startBenchApi(
  database: Pick<BenchDatabase, 'uri' | 'config'>,
  script = '../../server/main.ts',
): Promise<BenchApi> {
  const child = spawn(process.execPath, [...nodeFlags('start:api'), fileURLToPath(new URL(script, import.meta.url))], {
    env: {
      ...process.env,
      MONGODB_URI: database.uri,
      PARASOL_DATA_DIR: database.config.dataDir,
      PARASOL_PORT: '0',
      PARASOL_LOG_LEVEL: 'info',
      PARASOL_RATE_PER_MINUTE: '100000000',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const portsSaid = await portsOf(child);
  const [port] = portsSaid;
  if (port === undefined) throw new Error('The API named no port.');
  return {
    port,
    portsSaid,
    pid: child.pid ?? 0,
    async stop() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Waits for the line that names the ports; the log that follows is read and forgotten. */
async function portsOf(child: ChildProcess): Promise<number[]> {
  return new Promise((resolve, reject) => {
    let said = '';
    let found = false;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (found) return;
      said += text;
      const line = /^.*listens on http:.*\n/m.exec(said)?.[0];
      if (line === undefined) return;
      found = true;
      resolve([...line.matchAll(/http:\/\/[^\s:]*:(\d+)/g)].map(([, port]) => Number(port)));
    });
    child.once('exit', (code) => reject(new Error(`The API ended with ${code}: ${said}`)));
  });
}
