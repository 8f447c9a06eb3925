import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import type { ConsentDocument } from './consent-model.ts';

export interface ListConsentsInput {
  readonly actor: ActorOf<'person'>;
  /** Older than this one. */
  readonly before?: string;
  readonly limit: number;
}

/** The person's consents, newest first, ended ones too; one more than `limit` when there are more. */
export async function listConsents(services: Services, input: ListConsentsInput): Promise<readonly ConsentDocument[]> {
  const { actor, before, limit } = input;
  // Ids sort by creation.
  const older = before === undefined ? {} : { _id: { $lt: before } };
  return services.models.consents
    .find({ personId: actor.personId, ...older })
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean();
}
