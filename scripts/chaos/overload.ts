import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { audit } from './audit.ts';
import { deliver } from './clients.ts';
import { withWorld, type World } from './world.ts';

const QUEUE_EVENTS = 1_000;
const BATCH_EVENTS = 100;
/** Together half of what the queue takes: the API is busy all the time and refuses nobody. */
const CLIENTS_AT_CAPACITY = 5;
/** Four times what queue and flushes hold together. */
const CLIENTS_OVERLOADED = 80;
export const GOODPUT_MIN = 0.7;
/** How much the last overload may need more than the first, in MB: nothing piles up. */
const GROWTH_MB_MAX = 64;

export interface OverloadOptions {
  readonly seed: number;
  readonly say: (line: string) => void;
  /** Pairs of a phase at capacity and an overloaded one. */
  readonly pairs?: number;
  readonly phaseMs?: number;
}

export interface OverloadResult {
  /** Events acknowledged a second, in the middle pair. */
  readonly atCapacity: number;
  readonly overloaded: number;
  /** The pair's ratio of the two: the median of all pairs. */
  readonly goodput: number;
  /** Requests that were answered 503 `queue_full`. */
  readonly queueFull: number;
  readonly growthMb: number;
  /** Promises that were broken; the goodput is for the reader to judge. */
  readonly findings: readonly string[];
}

/** As much load as the API takes, and a multiple of it, in turn: 503 for what is too much, and the rest as before. */
export async function measureOverload(options: OverloadOptions): Promise<OverloadResult> {
  const { seed, say, pairs = 3, phaseMs = 4_000 } = options;
  const settings = { PARASOL_QUEUE_EVENTS: String(QUEUE_EVENTS) };
  return withWorld({ name: 'overload', members: 1, seed, settings, say }, async (world) => {
    await phase(world, CLIENTS_AT_CAPACITY, phaseMs);
    const measured: { capacity: Phase; overload: Phase; goodput: number }[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const capacity = await phase(world, CLIENTS_AT_CAPACITY, phaseMs);
      const overload = await phase(world, CLIENTS_OVERLOADED, phaseMs);
      measured.push({ capacity, overload, goodput: overload.perSecond / capacity.perSecond });
    }
    const middle = measured.toSorted((a, b) => a.goodput - b.goodput)[Math.floor(pairs / 2)];
    if (middle === undefined) throw new Error('There must be at least one pair.');
    const queueFull = world.log.outcomes.get('503 queue_full') ?? 0;
    const growthMb = Math.round((measured.at(-1)?.overload.peakMb ?? 0) - (measured[0]?.overload.peakMb ?? 0));
    const findings = [...(await auditFindings(world))];
    if (queueFull === 0) findings.push('no request was answered 503 queue_full');
    if (growthMb > GROWTH_MB_MAX) findings.push(`memory grew by ${growthMb} MB from the first overload to the last`);
    for (const finding of findings.slice(0, 10)) say(`overload: ${finding}`);
    return {
      atCapacity: Math.round(middle.capacity.perSecond),
      overloaded: Math.round(middle.overload.perSecond),
      goodput: Math.round(middle.goodput * 100) / 100,
      ...{ queueFull, growthMb, findings },
    };
  });
}

async function auditFindings({ database, tenant, log }: World): Promise<readonly string[]> {
  const report = await audit({
    ...{ databaseUri: database.uri, source: tenant.source, policyId: tenant.policyId },
    ...{ sent: log.sent, answers: log.answers },
  });
  return [...report.lost, ...report.duplicated, ...report.wrong, ...log.contradictions, ...log.unexpected];
}

interface Phase {
  readonly perSecond: number;
  readonly peakMb: number;
}

/** Clients that send batches for so long; counts what was acknowledged while all of them were sending. */
async function phase(world: World, clients: number, ms: number): Promise<Phase> {
  const { log, traffic, api, say } = world;
  let sending = true;
  const client = async (): Promise<void> => {
    while (sending) await deliver(world, traffic.burst(BATCH_EVENTS));
  };
  const before = log.acknowledged;
  const startedAt = performance.now();
  const running = Promise.all(Array.from({ length: clients }, client));
  const measuring = peakMbOf(api.pid(), ms);
  // A client that fails ends the phase at once.
  await Promise.race([measuring, running]);
  const perSecond = ((log.acknowledged - before) * 1_000) / (performance.now() - startedAt);
  sending = false;
  const peakMb = await measuring;
  await running;
  say(`overload: ${clients} clients, ${Math.round(perSecond)} events a second acknowledged, ${Math.round(peakMb)} MB`);
  return { perSecond, peakMb };
}

/** The most memory that the process held during that time. */
async function peakMbOf(pid: number, ms: number): Promise<number> {
  let peak = 0;
  for (const end = performance.now() + ms; performance.now() < end; await pause(250)) {
    peak = Math.max(peak, Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024);
  }
  return peak;
}
