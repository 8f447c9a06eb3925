import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import type { HolderKind } from './payee-model.ts';

export interface Holder {
  readonly kind: HolderKind;
  readonly id: string;
}

type HolderServices = Pick<Services, 'models' | 'secrets'>;

/**
 * Checks that the holder is one of ours, and answers the key that its accounts are encrypted under: a person's own, made
 * when the first account comes; undefined for organisations. Throws `holder_not_found`.
 */
export async function keyOfHolder(services: HolderServices, holder: Holder): Promise<string | undefined> {
  const { models } = services;
  switch (holder.kind) {
    case 'person':
      return keyOfPerson(services, holder.id);
    case 'carrier':
      return (await models.carriers.exists({ _id: holder.id })) === null ? unknown(holder) : undefined;
    case 'platform':
      return (await models.platforms.exists({ _id: holder.id })) === null ? unknown(holder) : undefined;
    case 'provider':
      // Hospitals and clinics have no register of their own yet: whoever sets the payee vouches for the id. But under the id
      // of somebody else of ours their money, and what came back of it, would be held together.
      return OTHERS.test(holder.id) ? unknown(holder) : undefined;
  }
}

/** Ids of people, workers, carriers and platforms. */
const OTHERS = /^(per|wrk|car|plt)_/;

async function keyOfPerson({ models, secrets }: HolderServices, personId: string): Promise<string> {
  const live = { _id: personId, erasedAt: { $exists: false } };
  await models.people.updateOne(
    { ...live, wrappedKey: { $exists: false } },
    { $set: { wrappedKey: secrets.newPersonKey() } },
  );
  const person = await models.people.findOne(live, { wrappedKey: 1 }).lean();
  return person?.wrappedKey ?? unknown({ kind: 'person', id: personId });
}

function unknown({ kind, id }: Holder): never {
  throw new Refusal('not_found', 'holder_not_found', `There is no ${kind} ${id}, or its data were erased.`);
}
