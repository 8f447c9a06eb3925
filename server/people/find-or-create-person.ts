import { Refusal } from '../../programs/refusal.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { Services } from '../services.ts';
import { nationalIdProblem, normaliseNationalId } from './national-id.ts';
import type { PersonDocument } from './person-model.ts';

export interface FindPersonInput {
  readonly nationalId: string;
  readonly mode: PersonDocument['mode'];
}

/**
 * The id of the person with this national id, created when there is none. The answer and the work, one upsert that always
 * writes, are the same either way, so that nobody learns whether a person is known (G23). The national id itself is not
 * kept here. Throws `national_id_invalid`.
 */
export async function findOrCreatePerson(services: Services, input: FindPersonInput): Promise<string> {
  const problem = nationalIdProblem(input.nationalId);
  if (problem !== undefined) {
    throw new Refusal('invalid', 'national_id_invalid', problem, {
      details: [{ pointer: '/nationalId', message: problem }],
    });
  }
  const nationalIdHash = personHash(services, input);
  try {
    return await upsert(services, nationalIdHash, input.mode);
  } catch (error) {
    // Two upserts at once: the database lets one insert; now it is there for the other.
    if (!isDuplicateKey(error)) throw error;
    return upsert(services, nationalIdHash, input.mode);
  }
}

/** The keyed hash by which a person is recognised; another one in test data than in live data. */
export function personHash(services: Pick<Services, 'secrets'>, input: FindPersonInput): string {
  return services.secrets.nationalIdHash(`${input.mode}/${normaliseNationalId(input.nationalId)}`);
}

async function upsert(services: Services, nationalIdHash: string, mode: PersonDocument['mode']): Promise<string> {
  const now = new Date(services.clock.now());
  const person = await services.models.people
    .findOneAndUpdate(
      { nationalIdHash },
      { $setOnInsert: { _id: services.ids.next('per'), mode, createdAt: now }, $set: { updatedAt: now } },
      { upsert: true, returnDocument: 'after', projection: { _id: 1 } },
    )
    .lean();
  if (person === null) throw new Error('An upsert gave no person.');
  return person._id;
}
