import { parseInstant, type Instant } from '../../programs/calendar.ts';
import { SCOPES, type ActorOf } from '../actor.ts';
import { createCarrier } from '../carriers/create-carrier.ts';
import { verifyPerson } from '../people/verify-person.ts';
import { createPlatform } from '../platforms/create-platform.ts';
import { openPolicy } from '../policies/open-policy.ts';
import type { Services } from '../services.ts';
import { mintWorkerToken, WORKER_TOKEN_TTL_SECONDS_MAX } from '../workers/mint-worker-token.ts';
import { putWorker } from '../workers/put-worker.ts';
import { workerIdOf } from '../workers/worker-id.ts';
import { DEMO, DEMO_NATIONAL_ID } from './demo-data.ts';
import { exampleCall } from './example-call.ts';
import { keyOf, validToken } from './demo-keys.ts';
import { keepDemoSecrets, readDemoSecrets } from './demo-secrets.ts';
import { demoOperator, seedDemoMoney, seedDemoPayee } from './seed-demo-money.ts';

/** What a person needs to try the demo. */
export interface SeededDemo {
  /** `psk_test_...`: the demo platform's API key. */
  readonly platformKey: string;
  /** `wkt_...`: reads the demo worker's covers under the platform's policies. */
  readonly workerToken: string;
  /** `pst_...`: the person behind, with the person-wide view. */
  readonly personToken: string;
  /** `psk_test_...`: an operator's key, for commands about money (`PARASOL_OPERATOR_TOKEN`) and the books. */
  readonly operatorToken: string;
  readonly policyId: string;
  /** The policy that is paid from the platform's deposit. */
  readonly prepaidPolicyId: string;
  /** Where the demo's worker is paid. */
  readonly payeeId: string;
  readonly platformId: string;
  /** The platform's own id of the worker. */
  readonly workerExternalId: string;
  /** A whole shell line that reports a shift of the demo worker as started now, for an API at `url`. */
  readonly exampleCall: (url: string) => string;
}

const DEMO_ACTOR = demoOperator('demo');

/**
 * Makes the demo's carrier, platform, policies, worker, payee, money of the SANDBOX and keys where they are not there yet;
 * again changes nothing, and gives the same keys as long as `demo.json` in the data folder holds them and they are valid for another day.
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
  const mine = { actor: DEMO_ACTOR, now };
  const platformKey = await keyOf(services, {
    ...mine,
    owner: { kind: 'platform', platformId },
    kept: kept.platformKey,
  });
  const operatorToken = await keyOf(services, {
    ...mine,
    owner: { kind: 'operator', operatorId: DEMO.operators.key, mode: 'test' },
    kept: kept.operatorToken,
  });
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
  const secrets = { platformKey, workerToken, personToken, operatorToken };
  if (JSON.stringify(kept) !== JSON.stringify(secrets)) await keepDemoSecrets(services.config.dataDir, secrets);
  const worker = await services.models.workers.findById(workerId, { personId: 1 }).lean();
  if (worker?.personId === undefined) throw new Error(`The demo's worker ${workerId} has no person.`);
  const payeeId = await seedDemoPayee(services, worker.personId);
  await seedDemoMoney(services);
  const [{ policyId, territories, occupationClasses }] = DEMO.policies;
  return {
    ...secrets,
    policyId,
    prepaidPolicyId: 'pol_demo_prepaid',
    payeeId,
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
