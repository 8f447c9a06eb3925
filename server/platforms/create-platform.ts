import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { Services } from '../services.ts';
import type { PlatformDocument } from './platform-model.ts';

export interface CreatePlatformInput {
  readonly actor: ActorOf<'operator'>;
  readonly name: string;
  /** CloudEvents `source` values (URI references) that are this platform's and nobody else's (G5). */
  readonly sources: readonly string[];
  readonly mode: PlatformDocument['mode'];
  /** The caller's id (`plt_...`), which makes a retry harmless; made here when absent. */
  readonly platformId?: string;
}

const SOURCES_MAX = 20;

/**
 * Records a platform. The same id with the same facts again answers what is stored.
 * Throws `platform_invalid`, `source_taken` (a source belongs to another platform), `platform_id_taken`.
 */
export async function createPlatform(services: Services, input: CreatePlatformInput): Promise<PlatformDocument> {
  const now = services.clock.now();
  const platform: PlatformDocument = {
    _id: input.platformId ?? services.ids.next('plt'),
    name: input.name.trim(),
    sources: [...new Set(input.sources)].sort(),
    mode: input.mode,
    createdAt: new Date(now),
  };
  assertPlatform(platform);
  try {
    await services.models.platforms.create(platform);
    return platform;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  // Read now what was in the way: the database names only the first of several.
  const stored = await services.models.platforms.findById(platform._id).lean();
  if (stored === null) {
    throw new Refusal(
      'conflict',
      'source_taken',
      'One of the sources belongs to another platform: a source names one platform only.',
    );
  }
  const facts = ({ name, sources, mode }: PlatformDocument): string =>
    JSON.stringify([name, [...sources].sort(), mode]);
  if (facts(stored) === facts(platform)) return stored;
  throw new Refusal(
    'conflict',
    'platform_id_taken',
    `The platform ${platform._id} exists with other facts: choose another id.`,
  );
}

function assertPlatform({ _id, name, sources }: PlatformDocument): void {
  const refuse = (pointer: string, message: string): never => {
    throw new Refusal('invalid', 'platform_invalid', message, { details: [{ pointer, message }] });
  };
  if (!/^plt_[0-9a-z_]{1,60}$/.test(_id)) refuse('/platformId', 'A platform id is like plt_example.');
  if (name === '' || name.length > 200) refuse('/name', 'A platform has a name of at most 200 characters.');
  if (sources.length === 0 || sources.length > SOURCES_MAX) {
    refuse('/sources', `A platform has 1 to ${SOURCES_MAX} sources, which name where its events come from.`);
  }
  if (!sources.every((source) => /^[\x21-\x7e]{1,200}$/.test(source))) {
    refuse('/sources', 'A source is a URI reference of at most 200 characters, like https://example.com/shifts.');
  }
}
