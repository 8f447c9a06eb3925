import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import { keySummary, type KeySummary } from './create-key.ts';

export interface RevokeKeyInput {
  readonly actor: ActorOf<'operator'>;
  readonly keyId: string;
}

/** Ends a key for good; again changes nothing, the first instant stands. Throws `key_not_found`. */
export async function revokeKey(services: Services, input: RevokeKeyInput): Promise<KeySummary> {
  const now = services.clock.now();
  const { keyId } = input;
  await services.models.apiKeys.updateOne(
    { keyId, revokedAt: { $exists: false } },
    { $set: { revokedAt: new Date(now) }, $unset: { slot: '' } },
  );
  const key = await services.models.apiKeys.findOne({ keyId }).lean();
  if (key === null) throw new Refusal('not_found', 'key_not_found', `There is no key ${keyId}.`);
  return keySummary(key);
}
