import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import type { WorkerDocument } from '../workers/worker-model.ts';
import { personScope, type PersonRef, type PersonScope } from './person-scope.ts';
import { openProfile, profileIdOf } from './profile.ts';

export type ExportPersonInput = PersonRef & { readonly actor: ActorOf<'operator'> };

const BATCH = 500;

/**
 * All that we hold of a person, as one JSON object in chunks of text, so that a long life fits in little memory:
 * `{ exportedAt, person, workers, consents, tokens, payees, shiftEvents, covers, certificates, disclosures, unverifiedWorkers }`.
 * Personal data are in the clear; secrets and hashes are left out. Workers that a platform only asserts to be this person
 * are named and no more: they can be exported by their own id. Each export is itself a recorded disclosure.
 * Throws `person_not_found`, `worker_not_found`, before the first chunk.
 */
export async function* exportPerson(services: Services, input: ExportPersonInput): AsyncGenerator<string, void> {
  const now = services.clock.now();
  const scope = await personScope(services, input);
  for (const worker of scope.workers) await recordExport(services, input.actor, worker, scope.personId);
  await services.disclosures.flush();

  yield `{"exportedAt":${JSON.stringify(new Date(now))},"person":${JSON.stringify(await personOf(services, scope))}`;
  yield* list('workers', workersOf(services, scope.workers));
  yield* list('consents', consentsOf(services, scope));
  yield* list('tokens', tokensOf(services, scope));
  yield* list('payees', payeesOf(services, scope));
  const coverIds = new Set<string>();
  yield* list('shiftEvents', eventsOf(services, scope.workers, coverIds));
  yield* list(
    'covers',
    byId([...coverIds], (ids) => services.models.covers.find({ _id: { $in: ids } }).lean()),
  );
  yield* list(
    'certificates',
    byId([...coverIds], (ids) => services.models.certificates.find({ _id: { $in: ids } }).lean()),
  );
  yield* list('disclosures', disclosuresOf(services, scope.workers));
  const unverified = scope.asserted.map(({ _id, platformId }) => ({ id: _id, platformId }));
  yield `,"unverifiedWorkers":${JSON.stringify(unverified)}}\n`;
}

async function* list(name: string, items: AsyncIterable<unknown>): AsyncGenerator<string, void> {
  yield `,"${name}":[`;
  let first = true;
  for await (const item of items) {
    yield `${first ? '' : ','}${JSON.stringify(item)}`;
    first = false;
  }
  yield ']';
}

async function personOf(services: Services, { personId }: PersonScope): Promise<unknown> {
  if (personId === undefined) return null;
  const person = await services.models.people.findById(personId).lean();
  if (person === null) return null;
  return { id: personId, mode: person.mode, createdAt: person.createdAt, erasedAt: person.erasedAt };
}

async function* workersOf(services: Services, workers: readonly WorkerDocument[]): AsyncGenerator<unknown, void> {
  for (const { _id, ...worker } of workers) {
    const profile = await services.models.people.findById(profileIdOf(_id)).lean();
    yield { id: _id, ...worker, ...openProfile(services.secrets, profile) };
  }
}

async function* consentsOf(services: Services, { personId }: PersonScope): AsyncGenerator<unknown, void> {
  if (personId === undefined) return;
  for await (const { _id, ...consent } of services.models.consents
    .find({ personId })
    .sort({ _id: 1 })
    .lean()
    .cursor()) {
    yield { id: _id, ...consent };
  }
}

/** Where the person is paid, with every version; accounts are shown as everywhere, masked. */
async function* payeesOf(services: Services, { personId }: PersonScope): AsyncGenerator<unknown, void> {
  if (personId === undefined) return;
  const { payees, payeeVersions } = services.models;
  const held = payees.find({ holderId: personId }, { accountHash: 0, contentHash: 0 }).sort({ _id: 1 }).lean();
  for await (const { _id, ...payee } of held.cursor()) {
    const versions = await payeeVersions.find({ payeeId: _id }, { _id: 0, sealed: 0 }).sort({ version: 1 }).lean();
    yield { id: _id, ...payee, versions };
  }
}

async function* tokensOf(services: Services, { personId, workers }: PersonScope): AsyncGenerator<unknown, void> {
  const subjectIds = [...(personId === undefined ? [] : [personId]), ...workers.map(({ _id }) => _id)];
  const tokens = services.models.tokens.find({ subjectId: { $in: subjectIds } }, { _id: 0 }).sort({ tokenId: 1 });
  for await (const token of tokens.lean().cursor()) yield token;
}

/** Notes the covers on the way: a worker's covers are named by the worker's events (G4). */
async function* eventsOf(
  services: Services,
  workers: readonly WorkerDocument[],
  coverIds: Set<string>,
): AsyncGenerator<unknown, void> {
  for (const { _id: workerId } of workers) {
    const events = services.models.shiftEvents.find({ workerId }, { hash: 0 }).sort({ time: 1 }).lean();
    for await (const { _id, ...event } of events.cursor({ batchSize: BATCH })) {
      const cover = event.decision.cover;
      if (cover !== undefined) coverIds.add(cover.coverId);
      yield { id: _id, ...event };
    }
  }
}

async function* byId<T>(
  ids: readonly string[],
  read: (ids: readonly string[]) => PromiseLike<readonly T[]>,
): AsyncGenerator<T, void> {
  for (let at = 0; at < ids.length; at += BATCH) yield* await read(ids.slice(at, at + BATCH));
}

async function* disclosuresOf(services: Services, workers: readonly WorkerDocument[]): AsyncGenerator<unknown, void> {
  for (const { _id: workerId } of workers) {
    const rows = services.models.disclosures.find({ workerId }, { _id: 0 }).sort({ firstAt: 1 }).lean();
    for await (const row of rows.cursor({ batchSize: BATCH })) yield row;
  }
}

async function recordExport(
  services: Services,
  reader: ActorOf<'operator'>,
  worker: WorkerDocument,
  personId: string | undefined,
): Promise<void> {
  const who = personId === undefined ? {} : { personId };
  await services.disclosures.record({ workerId: worker._id, ...who, reader, purpose: 'export', basis: 'operator' });
}
