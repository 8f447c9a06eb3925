import type { Services } from '../services.ts';
import type { CarrierDocument } from './carrier-model.ts';

/** All carriers, by name. */
export async function listCarriers(services: Services): Promise<readonly CarrierDocument[]> {
  return services.models.carriers.find().sort({ name: 1, _id: 1 }).lean();
}
