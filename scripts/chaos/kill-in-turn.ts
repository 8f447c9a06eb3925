import { setTimeout as pause } from 'node:timers/promises';
import { startClients } from './clients.ts';
import { settle, type Settlement } from './settle.ts';
import { withWorld, type World } from './world.ts';

/** So many new acknowledgements at least lie between two kills. */
export const BETWEEN_KILLS = 200;
const BETWEEN_KILLS_MS_MAX = 90_000;
const MOMENT_MS_MAX = 400;

export interface KillsOptions {
  readonly kills: number;
  readonly clients: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Part one: one API and one mongod, killed in turn at random moments under load, and started again. */
export async function killInTurn({ kills, clients, seed, say }: KillsOptions): Promise<Settlement & { kills: number }> {
  return withWorld({ name: 'kills', members: 1, seed, say }, async (world) => {
    const load = startClients(clients, world);
    for (let kill = 1; kill <= kills; kill++) await killOne(world, load.failure, kill, kills);
    await waitForMore(world, load.failure);
    await load.finish();
    return { ...(await settle(world, { repair: true })), kills };
  });
}

async function killOne(world: World, failure: () => string | undefined, kill: number, kills: number): Promise<void> {
  const { api, database, chance, say } = world;
  const acknowledged = await waitForMore(world, failure);
  await pause(chance() * MOMENT_MS_MAX);
  const startedAt = performance.now();
  if (kill % 2 === 1) {
    await api.kill();
    await api.start();
  } else {
    await database.restart(await database.killPrimary());
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  say(
    `kill ${kill} of ${kills}: ${kill % 2 === 1 ? 'API' : 'mongod'} after ${acknowledged} more, back in ${seconds} s`,
  );
}

/** Answers how many more were acknowledged: since the last kill, that is, or a few more. */
async function waitForMore({ api, log }: World, failure: () => string | undefined): Promise<number> {
  const crash = await api.crash();
  if (crash !== undefined) throw new Error(`The API ended by itself. The end of its log:\n${crash}`);
  const before = log.acknowledged;
  await log.until(before + BETWEEN_KILLS, BETWEEN_KILLS_MS_MAX, failure);
  return log.acknowledged - before;
}
