import type { Services } from '../services.ts';
import type { PlatformDocument } from './platform-model.ts';

/** All platforms, by name. */
export async function listPlatforms(services: Services): Promise<readonly PlatformDocument[]> {
  return services.models.platforms.find().sort({ name: 1, _id: 1 }).lean();
}
