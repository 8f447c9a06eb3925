import type { Instant } from '../../programs/calendar.ts';
import { foldSightings } from '../../programs/payments/fold-sightings.ts';
import { tryAgainAt } from '../../programs/payments/try-again-at.ts';
import { asRefusal } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { applyDueFacts } from './apply-due-facts.ts';
import type { FactAppliers } from './apply-fact.ts';
import { openException } from './exceptions.ts';
import type { ProviderEventDocument } from './payment-models.ts';
import { readableProviderOf } from './provider-of.ts';
import { recordFacts } from './record-facts.ts';

const BATCH = 200;

/**
 * Folds what providers told since the last time, object by object over all of its events, into facts, and applies what is
 * due. Safe to run twice at once: events, facts and bookings are each known by their ids, and a fact is one run's at a
 * time. When `signal` aborts, no other object or fact is begun.
 */
export async function foldProviderEvents(
  services: Services,
  { now, appliers, signal }: { readonly now: Instant; readonly appliers?: FactAppliers; readonly signal?: AbortSignal },
): Promise<{ readonly folded: number; readonly facts: number; readonly applied: number; readonly refused: number }> {
  let folded = 0;
  let facts = 0;
  for (;;) {
    const due = await services.models.providerEvents
      .find({ state: 'new', nextTryAt: { $lte: new Date(now) } })
      .sort({ nextTryAt: 1, _id: 1 })
      .limit(BATCH)
      .lean();
    for (const subject of new Set(due.map((event) => event.subject))) {
      if (signal?.aborted) return { folded, facts, applied: 0, refused: 0 };
      const result = await foldSubject(services, subject, now);
      folded += result.folded;
      facts += result.facts;
    }
    if (due.length < BATCH) break;
  }
  return {
    folded,
    facts,
    ...(await applyDueFacts(services, { now, ...(appliers && { appliers }), ...(signal && { signal }) })),
  };
}

async function foldSubject(
  services: Services,
  subject: string,
  now: Instant,
): Promise<{ folded: number; facts: number }> {
  const { models } = services;
  const events = await models.providerEvents
    .find({ subject, state: { $ne: 'ignored' } })
    .sort({ createdAt: 1, _id: 1 })
    .lean();
  const unfolded = events.filter(({ state }) => state === 'new').map(({ _id }) => _id);
  try {
    const { facts, troubles } = foldSightings(await sightingsOf(services, events));
    const recorded = await recordFacts(services, facts, { source: 'webhook', now });
    for (const { ref, code, message } of troubles) {
      const occurredAt = events.at(-1)?.createdAt.getTime() ?? now;
      await openException(services, {
        provider: 'stripe',
        kind: 'events_contradict',
        subject: `${ref}:${code}`,
        occurredAt,
        openedAt: now,
        message,
      });
    }
    await models.providerEvents.updateMany(
      { _id: { $in: unfolded } },
      { $set: { state: 'folded' }, $unset: { trouble: 1 } },
    );
    return { folded: unfolded.length, facts: recorded };
  } catch (error) {
    // One object that cannot be read now must not hold up the others.
    const refusal = asRefusal(error);
    if (refusal === undefined) services.log.error({ err: error, subject }, 'events met a bug; they stay to be folded');
    const tries = Math.max(...events.map((event) => event.tries)) + 1;
    await models.providerEvents.updateMany(
      { _id: { $in: unfolded }, state: 'new' },
      {
        $set: {
          tries,
          nextTryAt: new Date(tryAgainAt(now, tries)),
          trouble: refusal?.message ?? 'A bug of ours, see the log.',
        },
      },
    );
    return { folded: 0, facts: 0 };
  }
}

/** What the events show themselves, and what their object shows where they do not. */
async function sightingsOf(services: Services, events: readonly ProviderEventDocument[]) {
  const seen = events.flatMap((event) => event.seen ?? []);
  const silent = events.filter((event) => event.seen === undefined).at(-1);
  if (silent === undefined) return seen;
  const { object, subject, createdAt } = silent;
  const provider = readableProviderOf(services, 'stripe');
  return [...seen, ...(await provider.fetchSightings(object, subject, createdAt.getTime()))];
}
