import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { Services } from '../services.ts';
import type { CarrierDocument } from './carrier-model.ts';

export interface CreateCarrierInput {
  readonly actor: ActorOf<'operator'>;
  readonly name: string;
  /** The number of the licence to underwrite, as the supervisor writes it. */
  readonly licence: string;
  /** The caller's id (`car_...`), which makes a retry harmless; made here when absent. */
  readonly carrierId?: string;
}

/** Records a carrier. The same id with the same facts again answers what is stored. Throws `carrier_invalid`, `carrier_id_taken`. */
export async function createCarrier(services: Services, input: CreateCarrierInput): Promise<CarrierDocument> {
  const now = services.clock.now();
  const carrier: CarrierDocument = {
    _id: input.carrierId ?? services.ids.next('car'),
    name: input.name.trim(),
    licence: input.licence.trim(),
    createdAt: new Date(now),
  };
  if (!/^car_[0-9a-z_]{1,60}$/.test(carrier._id) || carrier.name === '' || carrier.licence === '') {
    throw new Refusal('invalid', 'carrier_invalid', 'A carrier has a name, a licence, and an id like car_example.');
  }
  try {
    await services.models.carriers.create(carrier);
    return carrier;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const stored = await services.models.carriers.findById(carrier._id).lean();
  if (stored !== null && stored.name === carrier.name && stored.licence === carrier.licence) return stored;
  throw new Refusal(
    'conflict',
    'carrier_id_taken',
    `The carrier ${carrier._id} exists with other facts: choose another id.`,
  );
}
