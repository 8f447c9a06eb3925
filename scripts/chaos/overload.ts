import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { deliver } from './clients.ts';
import { settle } from './settle.ts';
import { withWorld, type World } from './world.ts';

const QUEUE_EVENTS = 1_000;
const BATCH_EVENTS = 100;
/** Together half of what the queue takes: the API is busy all the time and refuses nobody. */
const CLIENTS_AT_CAPACITY = 5;
/** Four times what queue and flushes take together. */
const CLIENTS_OVERLOADED = 80;
const WARM_UP_MS = 3_000;
const GOODPUT_MIN = 0.7;
/** How much the second half of the overload may need more than the first, in MB: nothing piles up. */
const GROWTH_MB_MAX = 64;

export interface OverloadOptions {
  readonly seed: number;
  readonly say: (line: string) => void;
  readonly json?: boolean;
  /** How long each of the two phases lasts. */
  readonly phaseMs?: number;
}

export interface OverloadResult {
  /** Events acknowledged a second. */
  readonly atCapacity: number;
  readonly overloaded: number;
  readonly goodput: number;
  readonly queueFull: number;
  readonly growthMb: number;
  readonly findings: readonly string[];
  readonly kept: boolean;
}

/** As much load as the API takes, then many times that: 503 queue_full for what is too much, and the rest as before. */
export async function measureOverload({ seed, say, phaseMs = 8_000, json }: OverloadOptions): Promise<OverloadResult> {
  const settings = { PARASOL_QUEUE_EVENTS: String(QUEUE_EVENTS) };
  return withWorld({ name: 'overload', members: 1, seed, settings, say }, async (world) => {
    await phase(world, CLIENTS_AT_CAPACITY, WARM_UP_MS);
    const capacity = await phase(world, CLIENTS_AT_CAPACITY, phaseMs);
    const overload = await phase(world, CLIENTS_OVERLOADED, phaseMs);
    const settlement = await settle(world, { repair: false });
    const queueFull = [...world.log.outcomes].reduce((sum, [name, n]) => sum + (name === '503 queue_full' ? n : 0), 0);
    const goodput = overload.perSecond / capacity.perSecond;
    const findings = [...settlement.findings];
    if (queueFull === 0) findings.push('no request was answered 503 queue_full');
    if (overload.growthMb > GROWTH_MB_MAX) findings.push(`memory grew by ${overload.growthMb} MB under overload`);
    for (const finding of findings.slice(settlement.findings.length)) say(`overload: ${finding}`);
    const result = {
      atCapacity: Math.round(capacity.perSecond),
      overloaded: Math.round(overload.perSecond),
      goodput: Math.round(goodput * 100) / 100,
      queueFull,
      growthMb: overload.growthMb,
    };
    const kept = findings.length === 0 && goodput >= GOODPUT_MIN;
    const line = JSON.stringify(result);
    if (json === true) process.stdout.write(`${line}\n`);
    else say(`overload: ${line}`);
    return { ...result, findings, kept };
  });
}

interface Phase {
  readonly perSecond: number;
  readonly growthMb: number;
}

/** Clients that send batches for so long; counts what was acknowledged while all of them were sending. */
async function phase(world: World, clients: number, ms: number): Promise<Phase> {
  const { log, traffic, api } = world;
  let sending = true;
  const client = async (): Promise<void> => {
    while (sending) await deliver(world, traffic.burst(BATCH_EVENTS));
  };
  const before = log.acknowledged;
  const startedAt = performance.now();
  const running = Array.from({ length: clients }, client);
  const halves = [await peakMb(api.pid(), ms / 2), await peakMb(api.pid(), ms / 2)];
  const perSecond = ((log.acknowledged - before) * 1_000) / (performance.now() - startedAt);
  sending = false;
  await Promise.all(running);
  return { perSecond, growthMb: Math.max(0, Math.round((halves[1] ?? 0) - (halves[0] ?? 0))) };
}

/** The most memory that the process held during that time. */
async function peakMb(pid: number, ms: number): Promise<number> {
  let peak = 0;
  for (const end = performance.now() + ms; performance.now() < end; await pause(200)) {
    peak = Math.max(peak, Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024);
  }
  return peak;
}
