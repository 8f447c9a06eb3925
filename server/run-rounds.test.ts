import assert from 'node:assert/strict';
import { runRounds } from './run-rounds.ts';

describe('runRounds', () => {
  it('goes on after trouble, and stops behind the round that is under way', async () => {
    const troubles: unknown[] = [];
    const trouble = new Error('The database is away.');
    let mayEnd = (): void => undefined;
    const gate = new Promise<void>((resolve) => (mayEnd = resolve));
    let reached = (): void => undefined;
    const third = new Promise<void>((resolve) => (reached = resolve));
    let rounds = 0;
    let ended = 0;
    const running = runRounds(
      async () => {
        rounds += 1;
        if (rounds < 3) throw trouble;
        reached();
        await gate;
        ended += 1;
      },
      { pauseMs: 1, onTrouble: (error) => troubles.push(error) },
    );
    await third;
    const stopped = running.stop();
    mayEnd();
    await stopped;
    assert.deepEqual({ troubles, rounds, ended }, { troubles: [trouble, trouble], rounds: 3, ended: 1 });
  });
});
