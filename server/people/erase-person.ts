import type { Instant } from '../../programs/calendar.ts';
import type { ActorOf } from '../actor.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Services } from '../services.ts';
import { personScope, type PersonRef } from './person-scope.ts';
import { profileIdOf } from './profile.ts';

export type ErasePersonInput = PersonRef & { readonly actor: ActorOf<'operator'> };

/** What an erasure takes away. */
export interface ErasurePlan {
  readonly personId?: string;
  /** Their names, phones, national ids and dates of birth go. */
  readonly workerIds: readonly string[];
  /** Person tokens that end, consents that are withdrawn. */
  readonly tokens: number;
  readonly consents: number;
}

export interface Erasure extends ErasurePlan {
  readonly erasedAt: Instant;
}

/** What `erasePerson` would do now; changes nothing. */
export async function planErasure(services: Services, ref: PersonRef): Promise<ErasurePlan> {
  const { personId, workers, asserted } = await personScope(services, ref);
  // An asserted worker carries this person's national id, whoever typed it in: it goes too.
  const workerIds = [...workers, ...asserted].map(({ _id }) => _id);
  if (personId === undefined) return { workerIds, tokens: 0, consents: 0 };
  const live = { personId, withdrawnAt: { $exists: false } };
  const [tokens, consents] = await Promise.all([
    services.models.tokens.countDocuments({ kind: 'person', subjectId: personId, revokedAt: { $exists: false } }),
    services.models.consents.countDocuments(live),
  ]);
  return { personId, workerIds, tokens, consents };
}

/**
 * Erases a person's data: destroys the keys, and blanks what they encrypted, the hash of the national id and the dates of
 * birth (M10). Facts stay and refer by id: events, covers, statements, disclosures. Doing it again changes nothing. It
 * reaches what is stored now; a platform that sends the data again has to answer for it.
 * Throws `person_not_found`, `worker_not_found`.
 */
export async function erasePerson(services: Services, input: ErasePersonInput): Promise<Erasure> {
  const now = services.clock.now();
  const at = new Date(now);
  const { people, workers, tokens, consents, payees, payeeVersions, payouts, bankOrders } = services.models;
  const plan = await planErasure(services, input);
  const { personId, workerIds } = plan;
  const documents = [...(personId === undefined ? [] : [personId]), ...workerIds.map(profileIdOf)];
  const held = personId === undefined ? [] : await payees.find({ holderId: personId }, { _id: 1 }).lean();
  const payeeIds = held.map(({ _id }) => _id);
  await inTransaction(services.database, async (session) => {
    await people.updateMany(
      { _id: { $in: documents }, erasedAt: { $exists: false } },
      {
        $unset: { wrappedKey: '', nationalIdHash: '', name: '', phone: '', nationalId: '' },
        $set: { erasedAt: at, updatedAt: at },
      },
      { session },
    );
    await workers.updateMany(
      { _id: { $in: workerIds }, birthOn: { $exists: true } },
      { $unset: { birthOn: '' }, $set: { updatedAt: at }, $inc: { version: 1 } },
      { session },
    );
    if (personId === undefined) return;
    // Accounts are sealed under the key that is gone; what is shown of them goes too, and nothing is paid there any more.
    await payees.updateMany(
      { holderId: personId, erasedAt: null },
      { $set: { erasedAt: at, accountHash: null, 'account.masked': '****' } },
      { session },
    );
    await payeeVersions.updateMany({ payeeId: { $in: payeeIds } }, { $set: { 'account.masked': '****' } }, { session });
    // Orders to a bank are under that key as well, but for those from before they were; a blank one cannot go into a file.
    const paid = await payouts.find({ payeeId: { $in: payeeIds } }, { _id: 1 }, { session }).lean();
    await bankOrders.updateMany(
      { payoutId: { $in: paid.map(({ _id }) => _id) } },
      { $set: { destination: '' } },
      { session },
    );
    await tokens.updateMany(
      { kind: 'person', subjectId: personId, revokedAt: { $exists: false } },
      { $set: { revokedAt: at } },
      { session },
    );
    await consents.updateMany(
      { personId, withdrawnAt: { $exists: false } },
      { $set: { withdrawnAt: at } },
      { session },
    );
  });
  return { ...plan, erasedAt: now };
}
