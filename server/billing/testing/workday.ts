import { pino } from 'pino';
import { localInstant } from '../../../programs/calendar.ts';
import type { ShiftEventType } from '../../../programs/cover/cover-facts.ts';
import { coverId } from '../../../programs/cover/cover-id.ts';
import type { ActorOf } from '../../actor.ts';
import { MovableClock } from '../../clock.ts';
import { readConfig } from '../../config.ts';
import type { Database } from '../../database/connect.ts';
import { openServices, type OpenServices } from '../../open-services.ts';
import type { ShiftEventDocument } from '../../shifts/shift-event-model.ts';
import { insertNew, withLongs } from '../../shifts/store-flush.ts';
import { workerIdOf } from '../../workers/worker-id.ts';

export const TEST_OPERATOR: ActorOf<'operator'> = { kind: 'operator', operatorId: 'test', scopes: new Set() };
export const DAY = '2026-03-02';
export const PLATFORM = 'plt_test';
export const TIME_ZONE = 'Asia/Shanghai';

/** The instant of a wall time (`08:00`) on the test's day, or on another. */
export const at = (time: string, day: string = DAY): number => localInstant(day, time, TIME_ZONE);

export interface Reported {
  readonly type?: ShiftEventType;
  readonly worker: string;
  /** Default: one shift for each worker and day. */
  readonly shift?: string;
  readonly order?: string;
  /** When it happened; default 08:00 of the day. */
  readonly time?: number;
  /** Default: when it happened. */
  readonly receivedAt?: number;
  /** Product day it is decided into; default the test's day. */
  readonly day?: string;
  /** Default: the policy of the product that most tests use. */
  readonly policyId?: string;
  /** Names no cover: an end without a start, a refused start. */
  readonly coverless?: boolean;
}

export const POLICIES = {
  pol_day: { product: 'rider-day@1', backFilling: false },
  pol_hour: { product: 'hourly-work@1', backFilling: false },
  pol_order: { product: 'driver-order@1', backFilling: false },
  pol_import: { product: 'rider-day@1', backFilling: true },
} as const;

/** Services on a test's database, at a clock that stands at noon of the test's day, with four policies of one platform. */
export async function openWorkday(database: Database): Promise<{ services: OpenServices; clock: MovableClock }> {
  const clock = new MovableClock(at('12:00'));
  const config = { ...readConfig({ NODE_ENV: 'test' }), logLevel: 'silent' as const };
  const services = await openServices({ config, database, clock, log: pino({ level: 'silent' }) });
  const revisions = Object.entries(POLICIES).map(([policyId, { product, backFilling }]) => ({
    _id: `${policyId}/1`,
    policyId,
    revision: 1,
    recordedAt: new Date(0),
    recordedBy: 'test',
    effectiveAt: new Date(0),
    platformId: PLATFORM,
    carrierId: 'car_test',
    policyholder: 'Test Riders Ltd',
    product,
    periodFrom: new Date(0),
    periodTo: new Date(at('00:00', '2100-01-01')),
    timeZone: TIME_ZONE,
    occupationClasses: ['rider'],
    territories: ['CN'],
    backFilling,
    prepaid: false,
  }));
  await insertNew(database.db, 'policy_revisions', revisions);
  return { services, clock };
}

const WRITTEN = [
  ...['shift_events', 'covers', 'workers', 'periods', 'notices', 'job_cursors', 'events', 'event_heads'],
  ...['statements', 'statement_lines', 'receivables', 'bordereaux', 'bordereau_lines', 'settlements', 'payouts'],
];

/** Empties what a test wrote, and all books with it; policies stay. */
export async function clearWorkday({ database: { db } }: Pick<OpenServices, 'database'>): Promise<void> {
  const ledger = await db.listCollections({ name: /^ledger_/ }, { nameOnly: true }).toArray();
  const names = [...WRITTEN, ...ledger.map(({ name }) => name)];
  await Promise.all(names.map((name) => db.collection(name).deleteMany({})));
}

/** The stored event that a report becomes, with the decision that the intake would have frozen on it. */
export function eventOf(reported: Reported): ShiftEventDocument {
  const { type = 'shift.started', worker, order, day = DAY, policyId = 'pol_day', coverless = false } = reported;
  const { shift = `${worker}-${day}`, time = at('08:00', day), receivedAt = time } = reported;
  const workerId = workerIdOf(PLATFORM, worker);
  const product = Object.entries(POLICIES).find(([id]) => id === policyId)?.[1].product ?? 'rider-day@1';
  const eventId = [type, worker, shift, order ?? '', time].join('-');
  const starts = type === 'shift.started' || type === 'order.accepted';
  return {
    _id: `${PLATFORM}/test/${encodeURIComponent(eventId)}`,
    platformId: PLATFORM,
    source: 'test',
    eventId,
    type,
    workerId,
    externalId: worker,
    shiftId: shift,
    ...(order !== undefined && { orderId: order }),
    policyId,
    occupationClass: 'rider',
    territory: 'CN',
    time: new Date(time),
    receivedAt: new Date(receivedAt),
    hash: eventId,
    via: 'api',
    decision: {
      outcome: coverless ? 'pending_start' : starts ? 'covered' : 'ended',
      reasons: [],
      flags: [],
      ...(!coverless && {
        cover: {
          coverId: coverId({ policyId, workerId, productDay: day }),
          policyId,
          workerId,
          productDay: day,
          policyRevision: 1,
          product,
          effectiveAt: new Date(time),
        },
      }),
      ...(starts && { premium: { amount: 300, currency: 'CNY', final: true } }),
    },
  };
}

/** Stores events and nothing else: as after a crash that lost covers, workers and periods. */
export async function storeEvents(
  { database }: Pick<OpenServices, 'database'>,
  reports: readonly Reported[],
): Promise<void> {
  await insertNew(
    database.db,
    'shift_events',
    reports.map((reported) => withLongs(eventOf(reported))),
  );
}
