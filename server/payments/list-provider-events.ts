import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import type { ProviderEventDocument } from './payment-models.ts';

export interface ListProviderEvents {
  readonly actor: ActorOf<'operator'>;
  readonly state?: ProviderEventDocument['state'] | undefined;
  /** Only of this object of the provider. */
  readonly subject?: string | undefined;
  readonly limit: number;
}

/** Webhooks as they came in, latest first. */
export async function listProviderEvents(
  { models }: Pick<Services, 'models'>,
  { state, subject, limit }: ListProviderEvents,
): Promise<readonly ProviderEventDocument[]> {
  return models.providerEvents
    .find({ ...(state !== undefined && { state }), ...(subject !== undefined && { subject }) })
    .sort({ receivedAt: -1, _id: -1 })
    .limit(limit)
    .lean();
}
