import { parseInstant, type Instant } from '../../programs/calendar.ts';
import { SCOPES, type ActorOf } from '../actor.ts';
import { createCarrier } from '../carriers/create-carrier.ts';
import { hashToken } from '../people/hash-token.ts';
import { verifyPerson } from '../people/verify-person.ts';
import { createKey } from '../platforms/create-key.ts';
import { createPlatform } from '../platforms/create-platform.ts';
import { listKeys } from '../platforms/list-keys.ts';
import { revokeKey } from '../platforms/revoke-key.ts';
import { openPolicy } from '../policies/open-policy.ts';
import type { Services } from '../services.ts';
import { mintWorkerToken, WORKER_TOKEN_TTL_SECONDS_MAX } from '../workers/mint-worker-token.ts';
import { putWorker } from '../workers/put-worker.ts';
import { workerIdOf } from '../workers/worker-id.ts';
import { DEMO, DEMO_NATIONAL_ID } from './demo-data.ts';
import { exampleCall } from './example-call.ts';
import { keepDemoSecrets, readDemoSecrets } from './demo-secrets.ts';

/** What a person needs to try the demo. */
export interface SeededDemo {
  /** `psk_test_...`: the demo platform's API key. */
  readonly platformKey: string;
  /** `wkt_...`: reads the demo worker's covers under the platform's policies. */
  readonly workerToken: string;
  /** `pst_...`: the person behind, with the person-wide view. */
  readonly personToken: string;
  readonly policyId: string;
  readonly platformId: string;
  /** The platform's own id of the worker. */
  readonly workerExternalId: string;
  /** A whole shell line that reports a shift of the demo worker as started now, for an API at `url`. */
  readonly exampleCall: (url: string) => string;
}

const DEMO_ACTOR: ActorOf<'operator'> = { kind: 'operator', operatorId: 'demo', scopes: new Set(SCOPES) };
const DAY_MS = 86_400_000;

/**
 * Makes the demo's carrier, platform, policies, worker and keys where they are not there yet; again changes nothing, and
 * gives the same keys as long as `demo.json` in the data folder holds them and they are valid for another day.
 */
export async function seedDemo(services: Services): Promise<SeededDemo> {
  const now = services.clock.now();
  const { platformId } = DEMO.platform;
  await createCarrier(services, { actor: DEMO_ACTOR, ...DEMO.carrier });
  await createPlatform(services, { actor: DEMO_ACTOR, ...DEMO.platform });
  for (const policy of DEMO.policies) await openDemoPolicy(services, policy);
  const platform: ActorOf<'platform'> = {
    kind: 'platform',
    platformId,
    keyId: 'demo',
    scopes: new Set(SCOPES),
    sources: DEMO.platform.sources,
  };
  const { externalId, ...profile } = DEMO.worker;
  const workerId = workerIdOf(platformId, externalId);
  if ((await services.models.workers.exists({ _id: workerId, personLink: 'verified' })) === null) {
    const change = { ...profile, nationalId: DEMO_NATIONAL_ID };
    await putWorker(services, { actor: platform, externalId, change, checkVersion: () => undefined });
  }

  const kept = await readDemoSecrets(services.config.dataDir);
  const platformKey = (await validKey(services, kept.platformKey, now)) ?? (await freshKey(services));
  const workerToken =
    (await validToken(services, kept.workerToken, now)) ??
    (
      await mintWorkerToken(services, {
        actor: platform,
        idOrExternalId: externalId,
        ttlSeconds: WORKER_TOKEN_TTL_SECONDS_MAX,
      })
    ).token;
  const personToken =
    (await validToken(services, kept.personToken, now)) ??
    (await verifyPerson(services, { actor: DEMO_ACTOR, workerId, nationalId: DEMO_NATIONAL_ID })).token;
  const secrets = { platformKey, workerToken, personToken };
  if (JSON.stringify(kept) !== JSON.stringify(secrets)) await keepDemoSecrets(services.config.dataDir, secrets);
  const [{ policyId, territories, occupationClasses }] = DEMO.policies;
  return {
    ...secrets,
    policyId,
    platformId,
    workerExternalId: externalId,
    exampleCall: (url) =>
      exampleCall({
        url,
        platformKey,
        source: DEMO.platform.sources[0],
        externalId,
        policyId,
        occupationClass: occupationClasses[0],
        territory: territories[0],
      }),
  };
}

/** A policy that is there stays as it is: somebody may have revised it. */
async function openDemoPolicy(services: Services, policy: (typeof DEMO.policies)[number]): Promise<void> {
  const { policyId, from, to, ...terms } = policy;
  if ((await services.models.policyRevisions.exists({ policyId })) !== null) return;
  await openPolicy(services, {
    actor: DEMO_ACTOR,
    policyId,
    platformId: DEMO.platform.platformId,
    carrierId: DEMO.carrier.carrierId,
    policyholder: DEMO.platform.name,
    period: { from: instantOf(from), to: instantOf(to) },
    prepaid: false,
    ...terms,
  });
}

function instantOf(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) throw new Error(`The demo names ${text}, which is no instant.`);
  return at;
}

async function validKey({ models }: Services, secret: string | undefined, now: Instant): Promise<string | undefined> {
  if (secret === undefined) return undefined;
  const key = await models.apiKeys.findById(hashToken(secret)).lean();
  if (key === null || key.revokedAt !== undefined || key.ownerId !== DEMO.platform.platformId) return undefined;
  return key.expiresAt !== undefined && key.expiresAt.getTime() < now + DAY_MS ? undefined : secret;
}

async function validToken({ models }: Services, secret: string | undefined, now: Instant): Promise<string | undefined> {
  if (secret === undefined) return undefined;
  const token = await models.tokens.findById(hashToken(secret)).lean();
  return token !== null && token.revokedAt === undefined && token.expiresAt.getTime() > now + DAY_MS
    ? secret
    : undefined;
}

/** The demo's own key; makes room for it when two are live whose secrets are lost with their data folder. */
async function freshKey(services: Services): Promise<string> {
  const { platformId } = DEMO.platform;
  const live = (await listKeys(services, { ownerId: platformId })).filter(({ revokedAt }) => revokedAt === undefined);
  const oldest = live.at(-1);
  if (live.length > 1 && oldest !== undefined) await revokeKey(services, { actor: DEMO_ACTOR, keyId: oldest.keyId });
  return (await createKey(services, { actor: DEMO_ACTOR, owner: { kind: 'platform', platformId } })).secret;
}
