import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import { renderStoredEvent } from './render-shift-event.ts';
import { outcomeFor } from './settle-flush.ts';

/** A stored event with its decision, to its own platform or an operator. Throws `not_found` alike for unknown and foreign ones. */
export async function readShiftEvent(
  { models }: Pick<Services, 'models'>,
  { actor, eventId }: { actor: ActorOf<'platform' | 'operator'>; eventId: string },
) {
  const document = await models.shiftEvents
    .findOne({ _id: eventId, ...(actor.kind === 'platform' && { platformId: actor.platformId }) })
    .lean();
  if (!document) throw new Refusal('not_found', 'shift_event_not_found', 'There is no such shift event.');
  const coverId = document.decision.cover?.coverId;
  const cover = coverId === undefined ? null : await models.covers.findById(coverId).select({ openedBy: 1 }).lean();
  const outcome = cover ? outcomeFor(document, cover.openedBy) : document.decision.outcome;
  return renderStoredEvent({ ...document, decision: { ...document.decision, outcome } });
}
