import { hostname } from 'node:os';
import { envelopeSize } from '../../programs/deposits/envelope-size.ts';
import type { Money } from '../../programs/money.ts';
import { randomText } from '../database/ids.ts';
import type { Services } from '../services.ts';
import { availableIn, depositAccount, depositId } from './deposit-accounts.ts';
import type { DepositBook, Need, Payer } from './deposit-book.ts';
import { noteDepositLevel } from './note-deposit-level.ts';
import { openEnvelope } from './open-envelope.ts';
import { MemoryPurse, Pot, type HeldEnvelope } from './pot.ts';
import { settleEnvelope } from './settle-envelope.ts';

/** How long a deposit that had too little is taken for dry before it is asked again. */
const DRY_MS = 1_000;
/** Processes that empty a deposit together may beat each other to it so often. */
const REFILL_TRIES = 10;

type BookServices = Omit<Services, 'intake' | 'deposits'>;

/** The envelopes of a process over the ledger. */
export function openDepositBook(services: BookServices): DepositBook {
  const { clock, log } = services;
  const owner = `${hostname()}:${process.pid}:${randomText(5)}`;
  const pots = new Map<string, Pot>();
  const running = new Set<Promise<void>>();

  const potOf = (platformId: string, currency: string): Pot => {
    const id = depositId(platformId, currency);
    const pot = pots.get(id) ?? new Pot(platformId, currency);
    pots.set(id, pot);
    return pot;
  };

  /** What nobody waits for. Its failure costs nothing but time: the tick settles, the next need asks again. */
  function aside(what: string, work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => log.warn({ err: error }, what))
      .finally(() => running.delete(done));
    running.add(done);
  }

  async function settleHere({ id }: HeldEnvelope): Promise<void> {
    const envelope = await services.models.envelopes.findById(id).lean();
    if (envelope) await settleEnvelope(services, envelope);
  }

  /** Takes envelopes out of use whose time or money is over, and settles those of which everything is certain. */
  function retire(pot: Pot): void {
    for (const envelope of pot.takeSettled(clock.now())) {
      aside('An envelope was not settled; the job will do it.', settleHere(envelope));
    }
  }

  const noteLevel = (pot: Pot, unpaid: number): void => {
    aside('The level of a deposit was not noted.', noteDepositLevel(services, pot, { unpaid }));
  };

  /** One attempt to have `need` in one envelope; afterwards the pot holds it, or knows that the deposit is dry. */
  async function refill(pot: Pot, need: number, price: number): Promise<void> {
    const { platformId, currency } = pot;
    const spentLately = pot.takeSpent();
    for (let tries = 0; tries < REFILL_TRIES; tries++) {
      const available = await availableIn(services, depositAccount(platformId, currency));
      const amount = envelopeSize({ need, price, spentLately, available });
      if (amount > 0) {
        const envelope = await openEnvelope(services, { platformId, currency, amount, owner });
        // Another process was quicker: look again.
        if (envelope === undefined) continue;
        pot.add(envelope);
      }
      pot.dryAt = amount < need ? clock.now() : undefined;
      if (amount >= need) pot.refusals = 0;
      noteLevel(pot, 0);
      return;
    }
    pot.dryAt = clock.now();
  }

  function startRefill(pot: Pot, need: number, price: number): Promise<void> {
    pot.filling ??= refill(pot, need, price).finally(() => (pot.filling = undefined));
    return pot.filling;
  }

  function isShort(pot: Pot, need: number): boolean {
    const now = clock.now();
    if (pot.holds(need, now)) return false;
    return pot.dryAt === undefined || Math.abs(now - pot.dryAt) > DRY_MS;
  }

  function pay(pot: Pot, price: Money): HeldEnvelope | undefined {
    const envelope = pot.spend(price.amount, clock.now());
    if (envelope === undefined) {
      // Once for each emptying: the level is told once too, but need not be looked up for every event.
      if (pot.refusals++ === 0) noteLevel(pot, price.amount);
      return undefined;
    }
    if (pot.runsLow(price.amount) && pot.dryAt === undefined && pot.filling === undefined) {
      aside('An envelope was not filled ahead.', startRefill(pot, price.amount, price.amount));
    }
    return envelope;
  }

  return {
    shortOf(needs) {
      let waits: Promise<void>[] | undefined;
      for (const { platformId, currency, amount, price } of needs) {
        const pot = potOf(platformId, currency);
        retire(pot);
        if (isShort(pot, amount)) (waits ??= []).push(startRefill(pot, amount, price));
      }
      return waits && Promise.all(waits).then(() => undefined);
    },
    openPurse: () =>
      new MemoryPurse(
        { pay: (platformId, price) => pay(potOf(platformId, price.currency), price), settled: retire },
        potOf,
      ),
    look: (needs) => look(services, pots, needs),
    forget(platformId, currency) {
      const pot = potOf(platformId, currency);
      pot.dryAt = undefined;
      pot.refusals = 0;
    },
    retire() {
      for (const pot of pots.values()) retire(pot);
    },
    async close() {
      // A refill under way brings one more envelope.
      await Promise.all(running);
      for (const pot of pots.values()) {
        pot.expireAll();
        retire(pot);
      }
      await Promise.all(running);
    },
  };
}

/** What memory and deposits hold now, counted down by what would be paid. */
async function look(services: BookServices, pots: ReadonlyMap<string, Pot>, needs: readonly Need[]): Promise<Payer> {
  const left = new Map<string, number>();
  for (const { platformId, currency } of needs) {
    const id = depositId(platformId, currency);
    const held = pots.get(id)?.left(services.clock.now()) ?? 0;
    left.set(id, held + (await availableIn(services, depositAccount(platformId, currency))));
  }
  return {
    pay(_coverId, platformId, { amount, currency }) {
      const id = depositId(platformId, currency);
      const rest = (left.get(id) ?? 0) - amount;
      if (rest < 0) return undefined;
      left.set(id, rest);
      return 'env_none';
    },
  };
}
