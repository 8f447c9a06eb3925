import { MongoClient, type Document } from 'mongodb';
import type { Answer } from './acknowledgements.ts';
import type { SentEvent } from './traffic.ts';

export interface AuditInput {
  /** With the name of the database. */
  readonly databaseUri: string;
  readonly source: string;
  readonly policyId: string;
  readonly sent: ReadonlyMap<string, SentEvent>;
  readonly answers: ReadonlyMap<string, Answer>;
}

/** What the auditor found. Every list holds a sentence per finding; all of them empty: every promise was kept. */
export interface AuditReport {
  readonly events: number;
  readonly covers: number;
  /** Minor units: recounted from the stored starts, and as the answers promised it. */
  readonly premium: { readonly recounted: number; readonly answered: number };
  /** Acknowledged, and not stored or stored with other content; covers that are owed and not there. */
  readonly lost: string[];
  /** Stored more than once, or two covers for one worker and day. */
  readonly duplicated: string[];
  /** Stored without having been sent; covers that nothing explains; answers that the books contradict. */
  readonly wrong: string[];
}

const DAY_PRICE = 300;
const SHANGHAI_MS = 8 * 3_600_000;
const BOUNDARY_MS = 90 * 60_000;

/**
 * Reads the collections with the plain driver and compares them with what was sent and what was answered. It shares no
 * code with the server: what a rider's day is (01:30 to 01:30 in Shanghai, CNY 3.00, ages from 16, riders only) is
 * written here a second time.
 */
export async function audit(input: AuditInput): Promise<AuditReport> {
  const client = new MongoClient(input.databaseUri, { readPreference: 'primary', readConcernLevel: 'majority' });
  try {
    const db = client.db();
    const events = await db.collection('shift_events').find({}).toArray();
    const covers = await db.collection('covers').find({}).toArray();
    const workers = await db.collection('workers').find({}).toArray();
    return compare(input, events, covers, workers);
  } finally {
    await client.close();
  }
}

/** What the policy's statements add up to, in minor units; read from the statements as they are stored. */
export async function statedPremium(databaseUri: string, policyId: string): Promise<number> {
  const client = new MongoClient(databaseUri);
  try {
    const total = { $sum: '$total.amount' };
    const statements = client.db().collection('statements');
    const [sum] = await statements.aggregate([{ $match: { policyId } }, { $group: { _id: null, total } }]).toArray();
    return Number(sum?.total ?? 0);
  } finally {
    await client.close();
  }
}

/** What the ledger has booked as owed by the policy for premium, in minor units; read from the transfers as they are stored. */
export async function bookedPremium(databaseUri: string, policyId: string): Promise<number> {
  const client = new MongoClient(databaseUri);
  try {
    const account = `policy:${policyId}:receivable:CNY`;
    const charged = { $match: { kind: 'premium_charged', debit: account } };
    const credited = { $match: { kind: 'premium_credited', credit: account } };
    const amount = { $group: { _id: null, amount: { $sum: '$amount' } } };
    const transfers = client.db().collection('ledger_transfers');
    const [owed] = await transfers.aggregate([charged, amount]).toArray();
    const [back] = await transfers.aggregate([credited, amount]).toArray();
    return Number(owed?.amount ?? 0) - Number(back?.amount ?? 0);
  } finally {
    await client.close();
  }
}

function compare(input: AuditInput, events: Document[], covers: Document[], workers: Document[]): AuditReport {
  const lost: string[] = [];
  const duplicated: string[] = [];
  const wrong: string[] = [];

  const stored = new Map<string, Document>();
  for (const event of events) {
    const id = String(event.eventId);
    const sent = input.sent.get(id);
    if (stored.has(id)) duplicated.push(`${id} is stored twice`);
    if (sent === undefined) wrong.push(`${id} is stored, and nobody sent it`);
    else for (const difference of differences(sent, event)) lost.push(`${id}: ${difference}`);
    stored.set(id, event);
  }

  /** Worker and day -> the ids of the starts that buy it. */
  const owed = new Map<string, string[]>();
  for (const [id, event] of stored) {
    const sent = input.sent.get(id);
    if (sent === undefined || !buysCover(sent)) continue;
    const key = `${String(event.workerId)} ${dayOf(sent.time)}`;
    owed.set(key, [...(owed.get(key) ?? []), id]);
  }

  const eventsById = new Map(events.map((event) => [String(event._id), event]));
  const openers = new Map<string, string>();
  const coverIds = new Map<string, string>();
  for (const cover of covers) {
    const key = `${String(cover.workerId)} ${String(cover.productDay)}`;
    const opener = eventsById.get(String(cover.openedBy));
    if (openers.has(key)) duplicated.push(`${key} has two covers`);
    if (cover.policyId !== input.policyId) wrong.push(`the cover ${String(cover._id)} is of another policy`);
    if (!owed.has(key)) wrong.push(`${key} has a cover, and no stored start buys it`);
    openers.set(key, opener === undefined ? '' : String(opener.eventId));
    coverIds.set(key, String(cover._id));
  }
  for (const key of owed.keys()) if (!openers.has(key)) lost.push(`${key} has no cover`);

  let answered = 0;
  for (const [id, answer] of input.answers) {
    const sent = input.sent.get(id);
    const event = stored.get(id);
    if (sent === undefined || event === undefined) {
      lost.push(`${id} was acknowledged and is not stored`);
      continue;
    }
    const key = `${String(event.workerId)} ${dayOf(sent.time)}`;
    if (answer.verdict === 'covered') answered += amountOf(answer.premium);
    for (const sentence of answerFaults(answer, sent, event, openers.get(key), coverIds.get(key))) {
      wrong.push(`${id}: ${sentence}`);
    }
  }
  for (const key of repeated(workers.map(({ externalId }) => String(externalId)))) {
    duplicated.push(`the worker ${key} is registered twice`);
  }
  return {
    events: events.length,
    covers: covers.length,
    premium: { recounted: owed.size * DAY_PRICE, answered },
    lost,
    duplicated,
    wrong,
  };
}

/** Starts of shifts buy a day; orders do not under this product. */
function buysCover({ type, data }: SentEvent): boolean {
  const oldEnough = data.declaredAge === undefined || (data.declaredAge >= 16 && data.declaredAge <= 65);
  return type === 'com.parasol.shift.started.v1' && data.occupationClass === 'rider' && oldEnough;
}

/** The rider's day of an instant: the date in Shanghai of the moment one and a half hours before. */
function dayOf(time: string): string {
  return new Date(Date.parse(time) + SHANGHAI_MS - BOUNDARY_MS).toISOString().slice(0, 10);
}

function differences(sent: SentEvent, event: Document): string[] {
  const pairs: readonly [string, unknown, unknown][] = [
    ['type', sent.type, `com.parasol.${String(event.type)}.v1`],
    ['source', sent.source, event.source],
    ['subject', sent.subject, event.subject],
    ['time', Date.parse(sent.time), event.time instanceof Date ? event.time.getTime() : undefined],
    ['workerId', sent.data.workerId, event.externalId],
    ['shiftId', sent.data.shiftId, event.shiftId],
    ['orderId', sent.data.orderId, event.orderId],
    ['occupationClass', sent.data.occupationClass, event.occupationClass],
    ['territory', sent.data.territory, event.territory],
    ['declaredAge', sent.data.declaredAge, event.declaredAge],
  ];
  return pairs
    .filter(([, expected, found]) => expected !== found)
    .map(([name, expected, found]) => `${name} was ${String(expected)}, stored is ${String(found)}`);
}

/** What an answer says that is not so. */
function answerFaults(
  answer: Answer,
  sent: SentEvent,
  event: Document,
  opener: string | undefined,
  coverId: string | undefined,
): string[] {
  const faults: string[] = [];
  const expect = (name: string, expected: unknown, found: unknown): void => {
    if (expected !== found) faults.push(`${name} was answered ${String(found)}, and is ${String(expected)}`);
  };
  expect('eventId', event._id, answer.eventId);
  expect('workerId', event.workerId, answer.workerId);
  expect(
    'receivedAt',
    event.receivedAt instanceof Date ? event.receivedAt.getTime() : NaN,
    Date.parse(String(answer.receivedAt)),
  );
  if (sent.type !== 'com.parasol.shift.started.v1') return faults;
  if (!buysCover(sent)) {
    expect('verdict', 'not_covered', answer.verdict);
    return faults;
  }
  // `extended` joins a day like `already_covered`, and adds protection to it.
  const verdict = answer.verdict === 'extended' ? 'already_covered' : answer.verdict;
  expect('verdict', opener === sent.id ? 'covered' : 'already_covered', verdict);
  expect('coverId', coverId, answer.coverId);
  expect('productDay', dayOf(sent.time), answer.productDay);
  expect(
    'premium',
    JSON.stringify({ amount: DAY_PRICE, currency: 'CNY', final: true }),
    JSON.stringify(answer.premium),
  );
  return faults;
}

function amountOf(premium: unknown): number {
  return typeof premium === 'object' && premium !== null && 'amount' in premium ? Number(premium.amount) : NaN;
}

function repeated(values: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}
