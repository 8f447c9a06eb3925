import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import { withStates, type BordereauHead } from './read-bordereau.ts';

export interface ListBordereaux {
  readonly actor: ActorOf<'operator'>;
  readonly carrierId?: string | undefined;
  /** `YYYY-MM` */
  readonly month?: string | undefined;
  readonly limit: number;
  /** Goes on after this one: its month and id. */
  readonly after?: readonly [month: string, bordereauId: string] | undefined;
}

/** Bordereaux without what they come to, newest month first, one more than the limit when there are more. */
export async function listBordereaux(
  services: Pick<Services, 'models' | 'database'>,
  { carrierId, month, limit, after }: ListBordereaux,
): Promise<readonly BordereauHead[]> {
  const found = await services.models.bordereaux
    .find({
      ...(carrierId !== undefined && { carrierId }),
      ...(month !== undefined && { month }),
      ...(after && { $or: [{ month: { $lt: after[0] } }, { month: after[0], _id: { $lt: after[1] } }] }),
    })
    .sort({ month: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
  return withStates(services, found);
}
