import { createCarrier } from '../../server/carriers/create-carrier.ts';
import { readConfig } from '../../server/config.ts';
import { closeThrough } from '../../server/billing/close-through.ts';
import type { OpenServices } from '../../server/open-services.ts';
import { createKey } from '../../server/platforms/create-key.ts';
import { createPlatform } from '../../server/platforms/create-platform.ts';
import { openPolicy } from '../../server/policies/open-policy.ts';
import { openAll } from '../../server/run-program.ts';
import { repairCovers, type Repairs } from '../../server/shifts/repair-covers.ts';

/** The platform whose events are sent, and the one policy that they fall under. */
export interface Tenant {
  readonly source: string;
  readonly policyId: string;
  readonly key: string;
}

const OPERATOR = { kind: 'operator', operatorId: 'opr_chaos', scopes: new Set<never>() } as const;
const YEAR_MS = 366 * 86_400_000;
/** The repair leaves the youngest events alone, for whose flush may still run; here none runs any more. */
const SETTLED_MS = 61_000;

export interface Door {
  readonly databaseUri: string;
  readonly dataDir: string;
}

/** Migrates, and makes a platform with a key and a rider's policy in force. */
export async function makeTenant(door: Door): Promise<Tenant> {
  return withServices(door, async (services) => {
    const source = '//chaos.platform/shifts';
    const now = services.clock.now();
    const platform = { actor: OPERATOR, name: 'Chaos Platform', sources: [source], mode: 'test' } as const;
    const { _id: platformId } = await createPlatform(services, platform);
    const carrier = await createCarrier(services, { actor: OPERATOR, name: 'Chaos Insurance', licence: 'CHAOS-1' });
    const { policyId } = await openPolicy(services, {
      actor: OPERATOR,
      platformId,
      carrierId: carrier._id,
      policyholder: 'Chaos Platform',
      product: 'rider-day@1',
      period: { from: now - YEAR_MS, to: now + YEAR_MS },
      timeZone: 'Asia/Shanghai',
      occupationClasses: ['rider'],
      territories: ['CN'],
      backFilling: false,
      prepaid: false,
    });
    const key = await createKey(services, { actor: OPERATOR, owner: { kind: 'platform', platformId } });
    return { source, policyId, key: key.secret };
  });
}

/** What the job does for covers that a crash lost. */
export async function repairAll(door: Door): Promise<Repairs> {
  return withServices(door, (services) => repairCovers(services, { now: services.clock.now() + SETTLED_MS }));
}

/** Closes every product day of the policy there is, so that statements say what it owes. */
export async function closeAllDays(door: Door, policyId: string): Promise<void> {
  await withServices(door, async (services) => {
    const tomorrow = new Date(services.clock.now() + 86_400_000).toISOString().slice(0, 10);
    await closeThrough(services, { actor: OPERATOR, policyId, through: tomorrow });
  });
}

async function withServices<T>(
  { databaseUri, dataDir }: Door,
  use: (services: OpenServices) => Promise<T>,
): Promise<T> {
  const config = readConfig({
    NODE_ENV: 'test',
    MONGODB_URI: databaseUri,
    PARASOL_DATA_DIR: dataDir,
    PARASOL_LOG_LEVEL: 'error',
  });
  const { services, close } = await openAll(config, 'parasol-chaos', () => undefined);
  try {
    return await use(services);
  } finally {
    await close();
  }
}
