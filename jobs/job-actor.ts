import type { ActorOf } from '../server/actor.ts';

/** Who acts when nobody does: named in logs and timelines. */
export const JOB_ACTOR: ActorOf<'operator'> = { kind: 'operator', operatorId: 'jobs', scopes: new Set() };
