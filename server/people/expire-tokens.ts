import type { Services } from '../services.ts';

/** So long after its end a token is still answered "expired" and not "unknown". */
export const EXPIRED_TOKEN_KEPT_MS = 7 * 86_400_000;

export interface ExpireTokensInput {
  /** Default 1,000. */
  readonly batchSize?: number;
  /** Default 20. */
  readonly batchesMax?: number;
}

export interface ExpireTokensResult {
  readonly removed: number;
  /** There is more to remove: call again. */
  readonly more: boolean;
}

/**
 * Removes tokens that expired a week ago or earlier. A token is dead from its `expiresAt` on, whether this ran or not.
 * Works in bounded batches; running it twice, or twice at once, removes nothing that should stay.
 */
export async function expireTokens(services: Services, input: ExpireTokensInput = {}): Promise<ExpireTokensResult> {
  const { batchSize = 1_000, batchesMax = 20 } = input;
  const due = { expiresAt: { $lte: new Date(services.clock.now() - EXPIRED_TOKEN_KEPT_MS) } };
  let removed = 0;
  for (let batch = 0; batch < batchesMax; batch++) {
    const found = await services.models.tokens.find(due, { _id: 1 }).sort({ expiresAt: 1 }).limit(batchSize).lean();
    if (found.length === 0) return { removed, more: false };
    const { deletedCount } = await services.models.tokens.deleteMany({
      ...due,
      _id: { $in: found.map(({ _id }) => _id) },
    });
    removed += deletedCount;
    if (found.length < batchSize) return { removed, more: false };
  }
  return { removed, more: true };
}
