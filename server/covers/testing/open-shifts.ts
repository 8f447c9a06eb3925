import assert from 'node:assert/strict';
import { localInstant, type Instant } from '../../../programs/calendar.ts';
import type { ShiftEventType } from '../../../programs/cover/cover-facts.ts';
import type { Database } from '../../database/connect.ts';
import { openPolicy } from '../../policies/open-policy.ts';
import { openWorld, policyInput, type World } from '../../platforms/testing/open-world.ts';
import type { IntakeResult } from '../../shifts/shift-intake.ts';

export const DAY = '2026-03-01';
export const ZONE = 'Asia/Shanghai';

/** The instant of a local wall time (`18:00`, or `18:00:30`) of the test's day, or of another. */
export const local = (time: string, day: string = DAY): Instant => localInstant(day, time, ZONE);

/** The platforms `plt_a` and `plt_b`, each with a `rider-day@1` policy (`pol_a`, `pol_b`), recorded on 1 January; at noon of the test's day. */
export async function openShifts(database: Database): Promise<World> {
  const world = await openWorld(database);
  world.clock.set(local('12:00', '2026-01-01'));
  for (const name of ['a', 'b']) {
    await openPolicy(world.services, policyInput({ platformId: `plt_${name}`, policyId: `pol_${name}` }));
  }
  world.clock.set(local('12:00'));
  return world;
}

export interface Reported {
  /** Default `shift.started`. */
  readonly type?: ShiftEventType;
  readonly worker: string;
  readonly shift?: string;
  readonly at: Instant;
  /** Default: at once. The clock stands there afterwards. */
  readonly receivedAt?: Instant;
  readonly platformId?: string;
  readonly occupationClass?: string;
}

let reports = 0;

/** Sends one event through the intake, as received at its time. */
export async function report(
  { services, clock }: World,
  {
    type = 'shift.started',
    worker,
    shift = `${worker}-shift`,
    at,
    receivedAt = at,
    platformId = 'plt_a',
    occupationClass = 'rider',
  }: Reported,
): Promise<Extract<IntakeResult, { status: 'accepted' | 'replayed' }>> {
  clock.set(receivedAt);
  reports += 1;
  const source = `https://${platformId.slice(-1)}.example/shifts`;
  const data = { workerId: worker, shiftId: shift, occupationClass, territory: 'CN' };
  const event = { source, id: `event-${reports}`, type, time: at, data };
  const [result] = await services.intake.submit([event], { platformId, via: 'api' });
  assert.ok(result && !('refusal' in result), JSON.stringify(result));
  return result;
}
