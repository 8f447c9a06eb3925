import type { Server } from 'node:http';
import { pino } from 'pino';
import type { Actor, ActorOf } from '../../actor.ts';
import { SCOPES } from '../../actor.ts';
import { createApp } from '../../app.ts';
import { auditRoutes } from '../../audit/audit-routes.ts';
import { createCarrier } from '../../carriers/create-carrier.ts';
import { MovableClock } from '../../clock.ts';
import { readConfig } from '../../config.ts';
import { consentRoutes } from '../../consents/consent-routes.ts';
import type { Database } from '../../database/connect.ts';
import { openServices, type OpenServices } from '../../open-services.ts';
import type { OpenPolicyInput } from '../../policies/open-policy.ts';
import { productRoutes } from '../../products/product-routes.ts';
import { putWorker, type PutWorkerResult, type WorkerChange } from '../../workers/put-worker.ts';
import { workerRoutes } from '../../workers/worker-routes.ts';
import { createPlatform } from '../create-platform.ts';
import { platformRoutes } from '../platform-routes.ts';

export const NOW = Date.UTC(2026, 2, 1, 8);
export const OPERATOR: ActorOf<'operator'> = { kind: 'operator', operatorId: 'opr_test', scopes: new Set(SCOPES) };
/** Two resident identity numbers that pass their check and belong to nobody. */
export const NATIONAL_ID = '11010519491231002X';
export const OTHER_NATIONAL_ID = '440524188001010014';

export interface World {
  readonly services: OpenServices;
  readonly clock: MovableClock;
}

/** Services on a test's database at a clock that stands, with the platforms `plt_a` and `plt_b` and the carrier `car_x`. */
export async function openWorld(database: Database): Promise<World> {
  const clock = new MovableClock(NOW);
  const config = readConfig({
    NODE_ENV: 'test',
    PARASOL_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    PARASOL_HMAC_KEY: Buffer.alloc(32, 2).toString('base64'),
  });
  const services = await openServices({ config, database, clock, log: pino({ level: 'silent' }) });
  for (const name of ['a', 'b']) {
    await createPlatform(services, {
      actor: OPERATOR,
      platformId: `plt_${name}`,
      name: `Platform ${name}`,
      sources: [`https://${name}.example/shifts`],
      mode: 'test',
    });
  }
  await createCarrier(services, { actor: OPERATOR, carrierId: 'car_x', name: 'Carrier X', licence: 'L-1' });
  return { services, clock };
}

/** What stands around the routes of this part, as it is served. */
export function openApp({ services }: World): Server {
  return createApp(services, [...platformRoutes, ...workerRoutes, ...consentRoutes, ...auditRoutes, ...productRoutes]);
}

export function platformActor(platformId: string): ActorOf<'platform'> {
  return { kind: 'platform', platformId, keyId: `key_${platformId}`, scopes: new Set(SCOPES), sources: [] };
}

export function workerActor(worker: { readonly _id: string; readonly platformId: string }): Actor {
  return { kind: 'worker', workerId: worker._id, platformId: worker.platformId, tokenId: 'tok_w' };
}

export function personActor(personId: string): ActorOf<'person'> {
  return { kind: 'person', personId, tokenId: 'tok_p' };
}

/** Registers a worker without looking at versions. */
export async function registerWorker(
  { services }: World,
  platformId: string,
  externalId: string,
  change: WorkerChange = {},
): Promise<PutWorkerResult> {
  return putWorker(services, { actor: platformActor(platformId), externalId, change, checkVersion: () => undefined });
}

/** Terms of a policy of `plt_a` that is in force through 2026. */
export function policyInput(changes: Partial<OpenPolicyInput> = {}): OpenPolicyInput {
  return {
    actor: OPERATOR,
    platformId: 'plt_a',
    carrierId: 'car_x',
    policyholder: 'Platform a Ltd',
    product: 'rider-day@1',
    period: { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) },
    timeZone: 'Asia/Shanghai',
    occupationClasses: ['rider'],
    territories: ['CN'],
    backFilling: false,
    prepaid: false,
    ...changes,
  };
}

/** Whether an error is the refusal with this code. */
export function refusalOf(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Error && 'code' in error && error.code === code;
}

/** What became of calls that were made at once: the codes of those refused, sorted, and how many were not. */
export async function outcomesOf(
  calls: readonly Promise<unknown>[],
): Promise<{ fulfilled: number; refused: string[] }> {
  const settled = await Promise.allSettled(calls);
  const refused = settled.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    const reason: unknown = result.reason;
    return [reason instanceof Error && 'code' in reason ? String(reason.code) : String(reason)];
  });
  return { fulfilled: settled.length - refused.length, refused: refused.sort() };
}
