import { Refusal } from '../../../programs/refusal.ts';
import { ledgerUnavailable } from '../../../server/ledger/flush-attempt.ts';
import type { Ledger } from '../../../server/ledger/ledger.ts';
import type { Troubles } from './troubles.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The process is gone, as far as its own code can tell. */
export class Died extends Error {
  override readonly name = 'Died';
}

/**
 * One life of a process, from its start to its death. When it dies, whoever waits for its work is told at once, and
 * nothing of it ever reaches ledger or provider any more, although its code may still be somewhere in the middle.
 */
export class Life {
  /** How wrong its clock goes. */
  readonly skewMs: number;
  readonly #end: Promise<never>;
  #tell: (died: Died) => void = () => undefined;
  #dead = false;

  constructor(skewMs: number) {
    this.skewMs = skewMs;
    this.#end = new Promise((_resolve, reject) => (this.#tell = reject));
    // Nobody may be waiting when it comes.
    this.#end.catch((error: unknown) => error);
  }

  get dead(): boolean {
    return this.#dead;
  }

  die(): never {
    this.#dead = true;
    const died = new Died('The process died.');
    this.#tell(died);
    throw died;
  }

  /** Throws when it is dead. */
  check(): void {
    if (this.#dead) throw new Died('The process is dead.');
  }

  /** Throws `Died` as soon as the process dies. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return Promise.race([work(), this.#end]);
  }
}

export interface Reign {
  readonly time: VirtualTime;
  readonly troubles: Troubles;
}

/** What a process does at a named point: goes on, sleeps, comes back as a zombie, or dies. */
export async function meetFate({ time, troubles }: Reign, life: Life, point: string): Promise<void> {
  life.check();
  switch (troubles.atPoint(point)) {
    case 'goes_on':
      return;
    case 'naps':
      await time.sleep(troubles.between(1, 300));
      break;
    case 'sleeps_through_its_lease':
      await time.sleep(troubles.between(58_000, 900_000));
      break;
    case 'dies':
      return life.die();
  }
  life.check();
}

/** A ledger as one life of a process reaches it: it takes time, and may be away before or after it did its work. */
export function reachedLedger(
  { time, troubles }: Reign,
  life: Life,
  ledger: Pick<Ledger, 'commit'>,
): Pick<Ledger, 'commit'> {
  return {
    async commit(unit) {
      life.check();
      await time.sleep(troubles.between(1, 15));
      life.check();
      const trouble = troubles.atCommit();
      if (trouble === 'before') throw ledgerUnavailable('The ledger is away: nothing was written.');
      const result = await ledger.commit(unit);
      await time.sleep(troubles.between(1, 10));
      life.check();
      if (trouble === 'after') throw ledgerUnavailable('The ledger did not answer: the unit may be committed.');
      return result;
    },
  };
}

/** Whether doing the same again later is all there is to do. */
export const isPassing = (error: unknown): boolean =>
  error instanceof Died || (error instanceof Refusal && error.kind === 'unavailable');
