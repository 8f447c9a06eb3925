import type { ClientSession } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { inTransaction } from '../database/transaction.ts';
import { findOrCreatePerson } from '../people/find-or-create-person.ts';
import type { PersonDocument } from '../people/person-model.ts';
import {
  changeProfile,
  openProfile,
  profileIdOf,
  sealProfile,
  type Profile,
  type ProfileChange,
} from '../people/profile.ts';
import type { Services } from '../services.ts';
import { workerEtag } from './render-worker.ts';
import { externalIdProblem, workerIdOf } from './worker-id.ts';
import type { WorkerDocument } from './worker-model.ts';

/** A field that is absent stays as it is, `null` removes it: nobody can send back a name that only shows masked. */
export interface WorkerChange extends ProfileChange {
  readonly birthOn?: string | null;
}

export interface PutWorkerInput {
  readonly actor: ActorOf<'platform'>;
  readonly externalId: string;
  readonly change: WorkerChange;
  /** Throws when the caller expects another version than the stored one (undefined: nothing is stored yet). */
  readonly checkVersion: (etag: string | undefined) => void;
}

export interface PutWorkerResult {
  readonly worker: WorkerDocument;
  readonly profile: Profile;
  readonly created: boolean;
}

/**
 * Registers a platform's worker, or changes one. Doing the same again changes nothing, not even the version. A national id
 * links the worker to a person as *asserted* (G23): the answer is the same whether anybody knew that person, and a link
 * that was proved is not moved by an assertion.
 * Throws `external_id_refused`, `national_id_invalid`, `birth_on_invalid`, and what `checkVersion` throws.
 */
export async function putWorker(services: Services, input: PutWorkerInput): Promise<PutWorkerResult> {
  const now = services.clock.now();
  const { actor, change } = input;
  assertAcceptable(input, now);
  const mode = await modeOf(services, actor.platformId);
  // Before the transaction: a person whom nothing refers to is harmless, two upserts that meet inside are not.
  const { nationalId } = change;
  const personId =
    typeof nationalId === 'string' ? await findOrCreatePerson(services, { nationalId, mode }) : nationalId;

  const attempt = (): Promise<PutWorkerResult> =>
    inTransaction(services.database, (session) => apply(services, { ...input, now, mode, personId }, session));
  try {
    return await attempt();
  } catch (error) {
    // An event or another PUT registered the worker meanwhile: now there is one to change.
    if (!isDuplicateKey(error)) throw error;
    return attempt();
  }
}

interface Plan extends PutWorkerInput {
  readonly now: Instant;
  readonly mode: PersonDocument['mode'];
  /** `null` unlinks, undefined leaves as it is. */
  readonly personId: string | null | undefined;
}

async function apply(services: Services, plan: Plan, session: ClientSession): Promise<PutWorkerResult> {
  const { workers, people } = services.models;
  const id = workerIdOf(plan.actor.platformId, plan.externalId);
  const stored = await workers.findById(id, null, { session }).lean();
  plan.checkVersion(stored === null ? undefined : workerEtag(stored));
  const person = await people.findById(profileIdOf(id), null, { session }).lean();

  const before = openProfile(services.secrets, person);
  const profile = changeProfile(before, plan.change);
  const facts = changeFacts(stored, plan);
  if (profile !== undefined) await writeProfile(services, plan, person, { id: profileIdOf(id), profile }, session);
  if (stored === null) {
    const worker: WorkerDocument = {
      _id: id,
      platformId: plan.actor.platformId,
      externalId: plan.externalId,
      ...facts,
      registeredAt: new Date(plan.now),
      registeredBy: 'platform',
      updatedAt: new Date(plan.now),
      version: 1,
    };
    await workers.create([worker], { session });
    return { worker, profile: profile ?? before, created: true };
  }
  if (facts === undefined && profile === undefined) return { worker: stored, profile: before, created: false };

  const { birthOn, personId, personLink, ...rest } = stored;
  const kept = facts ?? { birthOn, personId, personLink };
  const worker: WorkerDocument = {
    ...rest,
    ...defined(kept),
    updatedAt: new Date(plan.now),
    version: stored.version + 1,
  };
  await workers.replaceOne({ _id: id, version: stored.version }, worker, { session });
  return { worker, profile: profile ?? before, created: false };
}

type Facts = Pick<WorkerDocument, 'birthOn' | 'personId' | 'personLink'>;

/** What the worker says after the change, or undefined when the change changes nothing. */
function changeFacts(stored: WorkerDocument | null, plan: Plan): Facts | undefined {
  const before = { birthOn: stored?.birthOn, personId: stored?.personId, personLink: stored?.personLink };
  const after = { ...before };
  if (plan.change.birthOn !== undefined) after.birthOn = plan.change.birthOn ?? undefined;
  if (plan.personId !== undefined && before.personLink !== 'verified') {
    after.personId = plan.personId ?? undefined;
    after.personLink = plan.personId === null ? undefined : 'asserted';
  }
  const same = before.birthOn === after.birthOn && before.personId === after.personId;
  return same ? undefined : defined(after);
}

function defined(facts: { [F in keyof Facts]: Facts[F] | undefined }): Facts {
  return {
    ...(facts.birthOn === undefined ? {} : { birthOn: facts.birthOn }),
    ...(facts.personId === undefined ? {} : { personId: facts.personId }),
    ...(facts.personLink === undefined ? {} : { personLink: facts.personLink }),
  };
}

async function writeProfile(
  services: Services,
  plan: Plan,
  stored: PersonDocument | null,
  next: { readonly id: string; readonly profile: Profile },
  session: ClientSession,
): Promise<void> {
  const wrappedKey = stored?.wrappedKey ?? services.secrets.newPersonKey();
  const document: PersonDocument = {
    _id: next.id,
    mode: plan.mode,
    wrappedKey,
    ...sealProfile(services.secrets, wrappedKey, next.profile),
    createdAt: stored?.createdAt ?? new Date(plan.now),
    updatedAt: new Date(plan.now),
  };
  await services.models.people.replaceOne({ _id: next.id }, document, { session, upsert: true });
}

function assertAcceptable({ externalId, change }: PutWorkerInput, now: Instant): void {
  const problem = externalIdProblem(externalId);
  if (problem !== undefined) {
    throw new Refusal('invalid', 'external_id_refused', problem, {
      details: [{ pointer: '/externalId', message: problem }],
    });
  }
  const { birthOn } = change;
  if (typeof birthOn === 'string' && Date.parse(birthOn) > now) {
    const message = 'A date of birth cannot be in the future.';
    throw new Refusal('unprocessable', 'birth_on_invalid', message, { details: [{ pointer: '/birthOn', message }] });
  }
}

async function modeOf(services: Services, platformId: string): Promise<PersonDocument['mode']> {
  const platform = await services.models.platforms.findById(platformId, { mode: 1 }).lean();
  if (platform === null) throw new Error(`A key names the platform ${platformId}, which does not exist.`);
  return platform.mode;
}
