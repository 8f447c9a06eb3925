import type { Instant } from '../../../programs/calendar.ts';
import type { PayoutDeps } from '../../../server/payouts/payout-deps.ts';
import type { ReadableProvider } from '../../../server/payments/readable-provider.ts';
import type { SandboxCore } from '../../../server/payments/sandbox/sandbox-core.ts';
import { openStripeProvider } from '../../../server/payments/stripe/stripe-provider.ts';
import { isPassing, Life, meetFate, reachedLedger, type Reign } from './life.ts';
import type { PayeeBook } from './payee-book.ts';
import type { Storage } from './storage.ts';
import { TroubledHttpClient } from './troubled-http-client.ts';

/** What a process of ours stands on. */
export interface Ground extends Reign {
  readonly core: SandboxCore;
  readonly storage: Storage;
  readonly payees: PayeeBook;
  readonly ids: PayoutDeps['ids'];
  /** Something that must not have happened. */
  readonly found: (finding: string) => void;
  /** A bug that is put in on purpose, to see that it is found. */
  readonly plant?: (deps: PayoutDeps) => PayoutDeps;
}

/** Rounds in a row in which something was found. */
const BUSY_MAX = 200;

/** What came of a piece of work: `undone` when the process died over it or ledger or provider were away. */
export type Outcome<T> = { readonly done: true; readonly value: T } | { readonly done: false };

/** A process of ours. It runs production's use cases with deps that go wrong; when it dies it is started anew. */
export class Process {
  readonly #ground: Ground;
  readonly #name: string;
  #life: Life;
  #deps: PayoutDeps;
  #provider: ReadableProvider;

  constructor(ground: Ground, name: string) {
    this.#ground = ground;
    this.#name = name;
    ({ life: this.#life, deps: this.#deps, provider: this.#provider } = beBorn(ground));
  }

  /** Trouble that doing it again mends is waited out; a refusal that means something is thrown; a bug is a finding. */
  async attempt<T>(work: (deps: PayoutDeps, provider: ReadableProvider) => Promise<T>): Promise<Outcome<T>> {
    const { time, troubles } = this.#ground;
    try {
      return { done: true, value: await this.#life.run(() => work(this.#deps, this.#provider)) };
    } catch (error) {
      if (!isPassing(error)) throw error;
      await time.sleep(troubles.between(100, this.#life.dead ? 30_000 : 2_000));
      if (this.#life.dead) ({ life: this.#life, deps: this.#deps, provider: this.#provider } = beBorn(this.#ground));
      return { done: false };
    }
  }

  /** Works over and over, with pauses, for as long as the wave lasts. */
  async loop(
    work: (deps: PayoutDeps, provider: ReadableProvider) => Promise<number>,
    pauseMs: () => Promise<number>,
  ): Promise<never> {
    for (let busy = 0, failed = 0; ;) {
      try {
        const outcome = await this.attempt(work);
        busy = outcome.done && outcome.value > 0 ? busy + 1 : 0;
        failed = 0;
      } catch (error) {
        failed += 1;
        this.#ground.found(`${this.#name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      // Whoever found something looks again at once; who always finds something, or fails, has found a bug and need not hurry.
      if (failed === 0 && busy > 0 && busy < BUSY_MAX) continue;
      await this.#ground.time.sleep((await pauseMs()) + busy * 100 + failed * 60_000);
    }
  }
}

function beBorn(ground: Ground): {
  readonly life: Life;
  readonly deps: PayoutDeps;
  readonly provider: ReadableProvider;
} {
  const { time, troubles, core, storage, payees, ids, plant } = ground;
  const life = new Life(Math.floor(troubles.between(-2_000, 2_000)));
  const provider = openStripeProvider({
    access: async () => ({ secretKey: 'sk_test_simulation' }),
    webhookSecrets: [],
    live: false,
    sandbox: true,
    sentLog: {
      async note(order, recipient) {
        life.check();
        troubles.atNote();
        await storage.sentLog.note(order, recipient);
      },
      mayHaveSent: (order) => storage.sentLog.mayHaveSent(order),
      recipientsOf: (payoutId) => storage.sentLog.recipientsOf(payoutId),
    },
    transport: { httpClient: new TroubledHttpClient(ground, life, core) },
  });
  const deps: PayoutDeps = {
    ledger: reachedLedger(ground, life, storage.ledger),
    payouts: storage.payouts,
    payees,
    providers: { stripe: provider, bank_file: provider },
    clock: { now: (): Instant => time.now() + life.skewMs },
    ids,
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (fields, message) => reportBug(ground, fields, message),
    },
    at: (point) => meetFate(ground, life, point),
  };
  return { life, deps: plant?.(deps) ?? deps, provider };
}

/** An error of the log is a bug, or a contradiction between provider and books, unless it is trouble that was made. */
function reportBug({ found }: Ground, fields: object, message: string): void {
  const error: unknown = 'err' in fields ? fields.err : undefined;
  if (isPassing(error)) return;
  found(`${message}: ${error instanceof Error ? error.message : JSON.stringify(fields)}`);
}
