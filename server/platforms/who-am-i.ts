import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';

export type KnownActor = ActorOf<'platform' | 'worker' | 'person' | 'operator'>;

const WORKERS_MAX = 100;

/** What the bearer of a key or token is to us, as it is answered. */
export async function whoAmI(services: Services, actor: KnownActor): Promise<Record<string, unknown>> {
  switch (actor.kind) {
    case 'platform':
      return platformMe(services, actor);
    case 'worker':
      return workerMe(services, actor);
    case 'person':
      return personMe(services, actor);
    case 'operator':
      return { kind: 'operator', operatorId: actor.operatorId, scopes: [...actor.scopes] };
  }
}

async function platformMe(services: Services, actor: ActorOf<'platform'>): Promise<Record<string, unknown>> {
  const [platform, policies] = await Promise.all([
    services.models.platforms.findById(actor.platformId).lean(),
    services.models.policyRevisions.countDocuments({ platformId: actor.platformId, revision: 1 }),
  ]);
  return {
    kind: 'platform',
    platformId: actor.platformId,
    name: platform?.name ?? null,
    mode: platform?.mode ?? null,
    sources: [...actor.sources],
    policies,
    keyId: actor.keyId,
    scopes: [...actor.scopes],
  };
}

async function workerMe(services: Services, actor: ActorOf<'worker'>): Promise<Record<string, unknown>> {
  const [worker, expiresAt] = await Promise.all([
    services.models.workers.findById(actor.workerId, { externalId: 1 }).lean(),
    expiryOf(services, actor.tokenId),
  ]);
  return {
    kind: 'worker',
    workerId: actor.workerId,
    platformId: actor.platformId,
    externalId: worker?.externalId ?? null,
    tokenId: actor.tokenId,
    expiresAt,
  };
}

async function personMe(services: Services, actor: ActorOf<'person'>): Promise<Record<string, unknown>> {
  const [workers, expiresAt] = await Promise.all([
    services.models.workers
      .find({ personId: actor.personId, personLink: 'verified' }, { platformId: 1, externalId: 1 })
      .sort({ _id: 1 })
      .limit(WORKERS_MAX)
      .lean(),
    expiryOf(services, actor.tokenId),
  ]);
  return {
    kind: 'person',
    personId: actor.personId,
    workers: workers.map(({ _id, platformId, externalId }) => ({ workerId: _id, platformId, externalId })),
    tokenId: actor.tokenId,
    expiresAt,
  };
}

async function expiryOf(services: Services, tokenId: string): Promise<string | null> {
  const token = await services.models.tokens.findOne({ tokenId }, { expiresAt: 1 }).lean();
  return token?.expiresAt.toISOString() ?? null;
}
