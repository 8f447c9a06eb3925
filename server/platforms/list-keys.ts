import type { Services } from '../services.ts';
import { keySummary, type KeySummary } from './create-key.ts';

/** The keys of an owner (a platform's or an operator's id), or of everybody; newest first, dead ones too; never a secret or a hash. */
export async function listKeys(
  services: Services,
  input: { readonly ownerId?: string } = {},
): Promise<readonly KeySummary[]> {
  const keys = await services.models.apiKeys
    .find(input.ownerId === undefined ? {} : { ownerId: input.ownerId })
    .sort({ createdAt: -1, keyId: -1 })
    .limit(1_000)
    .lean();
  return keys.map(keySummary);
}
