import { readStripeEvent } from '../../../server/payments/stripe/read-stripe-event.ts';
import { foldSightings, type Sighting } from '../../../programs/payments/fold-sightings.ts';
import { recordPayoutOutcome } from '../../../server/payouts/record-payout-outcome.ts';
import { Process, type Ground } from './process.ts';

interface Mail {
  readonly object: string;
  readonly subject: string;
  readonly at: number;
  readonly seen: Sighting | undefined;
}

/**
 * Takes the sandbox's webhooks as they come (twice, late, out of order, some not at all), reads and folds them as
 * production does, and applies the facts. What fails is tried again; what is told twice is applied once.
 */
export class Postman {
  readonly #ground: Ground;
  readonly #inbox: Mail[] = [];
  readonly #sightings = new Map<string, Sighting[]>();
  readonly #applied = new Set<string>();
  #working = 0;
  #bell: (() => void)[] = [];

  constructor(ground: Ground, readers = 3) {
    this.#ground = ground;
    void this.#collect();
    for (let number = 0; number < readers; number++) void this.#read(new Process(ground, `postman ${number}`));
  }

  /** Nothing is in the inbox and nobody at work on something. */
  get idle(): boolean {
    return this.#inbox.length === 0 && this.#working === 0;
  }

  #put(mail: Mail): void {
    this.#inbox.push(mail);
    for (const wake of this.#bell.splice(0)) wake();
  }

  async #collect(): Promise<never> {
    const { time, troubles, core } = this.#ground;
    for (;;) {
      for (const { deliveryId, payload } of core.dueWebhooks(time.now())) {
        const refused = troubles.webhookRefused();
        core.webhookAnswered(deliveryId, !refused, time.now());
        if (refused) continue;
        const { object, subject, createdAt: at, seen, relevant } = readStripeEvent(Buffer.from(payload));
        if (relevant) this.#put({ object, subject, at, seen });
      }
      const next = core.nextDueAt ?? Infinity;
      await time.sleep(Math.min(Math.max(next - time.now(), 50), 60_000));
    }
  }

  async #read(process: Process): Promise<never> {
    const { time, troubles, found } = this.#ground;
    for (;;) {
      const mail = this.#inbox.shift();
      if (mail === undefined) {
        await new Promise<void>((wake) => this.#bell.push(wake));
        await time.sleep(troubles.between(50, 1_000));
        continue;
      }
      this.#working += 1;
      try {
        if (!(await this.#apply(process, mail))) this.#put(mail);
      } catch (error) {
        found(`the postman, of ${mail.subject}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        this.#working -= 1;
      }
    }
  }

  /** False when it has to be done again. */
  async #apply(process: Process, { object, subject, at, seen }: Mail): Promise<boolean> {
    const sightings = this.#sightings.get(subject) ?? [];
    this.#sightings.set(subject, sightings);
    if (seen !== undefined) sightings.push(seen);
    else {
      const fetched = await process.attempt((_deps, provider) => provider.fetchSightings(object, subject, at));
      if (!fetched.done) return false;
      sightings.push(...fetched.value);
    }
    const { facts, troubles } = foldSightings(sightings);
    for (const { message } of troubles) this.#ground.found(message);
    for (const fact of facts) {
      if (fact.kind !== 'payout_changed' || this.#applied.has(fact.factId)) continue;
      const recorded = await process.attempt((deps) => recordPayoutOutcome(deps, fact));
      if (!recorded.done) return false;
      if (recorded.value === undefined)
        this.#ground.found(`${fact.providerRef} is of ${fact.payout.payoutId}, which nobody knows.`);
      this.#applied.add(fact.factId);
    }
    return true;
  }
}
