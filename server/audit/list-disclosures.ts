import type { Instant } from '../../programs/calendar.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import type { DisclosureDocument } from './disclosure-model.ts';

export interface ListDisclosuresInput {
  readonly actor: ActorOf<'worker' | 'person'>;
  /** After this row, in the order of the list. */
  readonly after?: { readonly firstAt: Instant; readonly id: string };
  readonly limit: number;
}

const WORKERS_MAX = 1_000;

/**
 * Who read my data, newest first; one more than `limit` when there are more. A person sees the rows of all proved workers.
 * A worker's token, which the platform that minted it may hold as well, does not see what others read by the person's
 * consent: it would tell the platform where else the person works (G22).
 */
export async function listDisclosures(
  services: Services,
  input: ListDisclosuresInput,
): Promise<readonly DisclosureDocument[]> {
  const { after, limit } = input;
  // What this process has noted and not yet written belongs to the answer.
  await services.disclosures.flush();
  const whose = await ownRows(services, input.actor);
  const firstAt = new Date(after?.firstAt ?? 0);
  const older =
    after === undefined ? {} : { $or: [{ firstAt: { $lt: firstAt } }, { firstAt, _id: { $lt: after.id } }] };
  return services.models.disclosures
    .find({ ...whose, ...older })
    .sort({ firstAt: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
}

async function ownRows(services: Services, actor: ListDisclosuresInput['actor']) {
  if (actor.kind === 'worker') return { workerId: actor.workerId, basis: { $ne: 'consent' } as const };
  const workers = await services.models.workers
    .find({ personId: actor.personId, personLink: 'verified' }, { _id: 1 })
    .limit(WORKERS_MAX)
    .lean();
  return { workerId: { $in: workers.map(({ _id }) => _id) } };
}
