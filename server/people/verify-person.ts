import type { ClientSession } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { inTransaction } from '../database/transaction.ts';
import { eventRows } from '../events/event-model.ts';
import { eventDocument } from '../events/event-row.ts';
import type { Services } from '../services.ts';
import { findOrCreatePerson } from './find-or-create-person.ts';
import { mintToken, type MintedToken } from './tokens.ts';

export interface VerifyPersonInput {
  readonly actor: ActorOf<'operator'>;
  readonly workerId: string;
  /** The national id that was proved, when it is not the one that the platform asserted, or none was. */
  readonly nationalId?: string;
  /** Default 90 days, at most 365. */
  readonly ttlSeconds?: number;
}

export interface VerifiedPerson extends MintedToken {
  readonly personId: string;
  readonly workerId: string;
}

const DAY_SECONDS = 86_400;
const TTL_SECONDS = 90 * DAY_SECONDS;
const TTL_SECONDS_MAX = 365 * DAY_SECONDS;

/**
 * For an operator who has proved out of band who a worker is: marks the link to the person as verified (G23) and gives
 * the person a token of their own (`pst_...`), which opens the person-wide view (G22).
 * Throws `worker_not_found`, `national_id_invalid`, `person_unknown` (nobody ever gave a national id), `person_erased`,
 * `ttl_invalid`.
 */
export async function verifyPerson(services: Services, input: VerifyPersonInput): Promise<VerifiedPerson> {
  const now = services.clock.now();
  const ttlSeconds = input.ttlSeconds ?? TTL_SECONDS;
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 60 || ttlSeconds > TTL_SECONDS_MAX) {
    throw new Refusal(
      'invalid',
      'ttl_invalid',
      `A person's token lives from 60 seconds to ${TTL_SECONDS_MAX} seconds.`,
    );
  }
  const asserted = await provedPerson(services, input);
  return inTransaction(services.database, async (session) => {
    const personId = await linkPerson(services, { workerId: input.workerId, ...asserted, now }, session);
    const minted = await mintToken(services, { kind: 'person', subjectId: personId, now, ttlSeconds }, session);
    return { personId, workerId: input.workerId, ...minted };
  });
}

/**
 * Marks a worker's link as verified, to the named person or to the one asserted, and tells the platform that it is: that,
 * not to whom. Not seen in the worker's ETag: links show to no platform. A link that stands already is not told again.
 */
async function linkPerson(
  services: Services,
  link: { readonly workerId: string; readonly personId?: string; readonly now: Instant },
  session: ClientSession,
): Promise<string> {
  const { workers, people } = services.models;
  const worker = await workers.findById(link.workerId, null, { session }).lean();
  if (worker === null) throw new Refusal('not_found', 'worker_not_found', 'There is no such worker.');
  const personId = link.personId ?? worker.personId;
  if (personId === undefined) {
    throw new Refusal(
      'unprocessable',
      'person_unknown',
      'No national id was ever given for this worker: give the one that was proved.',
    );
  }
  const person = await people.findById(personId, { erasedAt: 1 }, { session }).lean();
  if (person === null || person.erasedAt !== undefined) {
    throw new Refusal(
      'conflict',
      'person_erased',
      'The data of this person were erased: give the national id that was proved to begin anew.',
    );
  }
  if (worker.personId === personId && worker.personLink === 'verified') return personId;
  const sequence = (worker.eventCount ?? 0) + 1;
  const linked = { personId, personLink: 'verified', eventCount: sequence } as const;
  await workers.updateOne({ _id: link.workerId }, { $set: linked }, { session });
  const event = eventDocument({
    type: 'worker.linked',
    aggregateId: worker._id,
    sequence,
    audience: { kind: 'platform', platformId: worker.platformId },
    occurredAt: link.now,
    recordedAt: link.now,
    data: { workerId: worker._id, externalId: worker.externalId },
  });
  await eventRows(services).events.insertOne(event, { session });
  return personId;
}

async function provedPerson(services: Services, input: VerifyPersonInput): Promise<{ readonly personId?: string }> {
  if (input.nationalId === undefined) return {};
  const worker = await services.models.workers.findById(input.workerId, { platformId: 1 }).lean();
  const platform = worker && (await services.models.platforms.findById(worker.platformId, { mode: 1 }).lean());
  if (!platform) throw new Refusal('not_found', 'worker_not_found', 'There is no such worker.');
  return { personId: await findOrCreatePerson(services, { nationalId: input.nationalId, mode: platform.mode }) };
}
