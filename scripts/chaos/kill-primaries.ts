import { setTimeout as pause } from 'node:timers/promises';
import { startClients } from './clients.ts';
import { BETWEEN_KILLS } from './kill-in-turn.ts';
import { settle, type Settlement } from './settle.ts';
import { withWorld } from './world.ts';

/** The smallest bound that the configuration takes, so that a surge reaches it. */
const QUEUE_EVENTS = 1_000;
/** Two, since then events about one worker meet in the database and not in one process's queue. */
const APIS = 2;
/** More than the queues and the flushes under way hold together. */
const SURGE_REQUESTS = 24;
const SURGE_EVENTS = 250;
const RECOVERY_MS_MAX = 60_000;
const MOMENT_MS_MAX = 300;

export const GAP_MS_MAX = 15_000;

export interface ElectionsOptions {
  readonly elections: number;
  readonly clients: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface ElectionsResult extends Settlement {
  readonly elections: number;
  /** The longest time under load in which nothing new was acknowledged. */
  readonly longestGapMs: number;
}

/**
 * Part two: three members that elect their primary, which is killed under load. The two APIs stay: meanwhile they hold
 * requests or answer 503 with Retry-After, and never break a connection.
 */
export async function killPrimaries({ elections, clients, seed, say }: ElectionsOptions): Promise<ElectionsResult> {
  const settings = { PARASOL_QUEUE_EVENTS: String(QUEUE_EVENTS) };
  return withWorld({ name: 'elections', members: 3, apis: APIS, seed, settings, say }, async (world) => {
    const { database, log, traffic, chance } = world;
    const load = startClients(clients, world);
    await log.until(BETWEEN_KILLS, RECOVERY_MS_MAX, load.failure);
    log.watchGaps();
    let held = 0;
    for (let number = 1; number <= elections; number++) {
      await pause(chance() * MOMENT_MS_MAX);
      const term = await database.term();
      const killedAt = performance.now();
      const killed = await database.killPrimary();
      for (let request = 0; request < SURGE_REQUESTS; request++) load.surge(traffic.burst(SURGE_EVENTS));
      const before = log.acknowledged;
      await log.until(before + BETWEEN_KILLS, RECOVERY_MS_MAX, load.failure);
      const seconds = ((performance.now() - killedAt) / 1_000).toFixed(1);
      if ((await database.term()) > term) held++;
      say(
        `election ${number} of ${elections}: member ${killed} killed, ${log.acknowledged - before} more after ${seconds} s`,
      );
      await database.restart(killed);
      await log.until(log.acknowledged + BETWEEN_KILLS, RECOVERY_MS_MAX, load.failure);
    }
    const longestGapMs = log.longestGapMs();
    await load.finish();
    const settlement = await settle(world, { repair: false });
    const findings = [...settlement.findings, ...outageFindings(log.outcomes)];
    if (longestGapMs > GAP_MS_MAX) findings.push(`nothing was acknowledged for ${longestGapMs} ms`);
    if (held < elections) findings.push(`${elections} primaries were killed, and ${held} elections were held`);
    for (const finding of findings.slice(settlement.findings.length)) say(`elections: ${finding}`);
    say(`elections: the longest gap without an acknowledgement was ${longestGapMs} ms`);
    return { ...settlement, findings, elections: held, longestGapMs };
  });
}

/** Requests that ended in anything but an acknowledgement or a 503: the API was there all the time. */
function outageFindings(outcomes: ReadonlyMap<string, number>): readonly string[] {
  return [...outcomes]
    .filter(([outcome]) => !/^(200|207|503)\b/.test(outcome))
    .map(([outcome, times]) => `${times} requests ended in ${outcome} although the API was up`);
}
