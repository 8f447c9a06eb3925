import { MongoClient, type Collection } from 'mongodb';
import { openLedger } from '../../server/ledger/open-ledger.ts';
import type { Ledger } from '../../server/ledger/ledger.ts';
import { connect } from '../../server/database/connect.ts';
import { openMetrics } from '../../server/http/metrics.ts';
import { systemClock } from '../../server/clock.ts';
import { pino } from 'pino';

/** A way to take one unit out of a fund, under an id that nobody used. */
export interface FundSide {
  /** False when nothing is left. */
  draw(fund: string, id: string): Promise<boolean>;
  close(): Promise<void>;
}

/** What some callers did until the fund was empty. */
export interface FundRun {
  readonly winners: number;
  readonly seconds: number;
  /** One for each unit won; ascending. */
  readonly latenciesMs: readonly number[];
}

export const CALLERS = 256;
const DAY = '2026-03-02';
const CURRENCY = 'CNY';

export const fundAccount = (fund: string): string => `program:${fund}:fund:${CURRENCY}`;
export const cashAccount = (fund: string): string => `cash:${fund}:${CURRENCY}`;

/** Each caller takes one unit after the other until it is told that nothing is left. */
export async function drawUntilEmpty(side: FundSide, fund: string, callers: number, name: string): Promise<FundRun> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let n = 0; ; n += 1) {
        const sentMs = performance.now();
        if (!(await side.draw(fund, `${fund}:${name}-${caller}:${n}`))) return;
        latenciesMs.push(performance.now() - sentMs);
      }
    }),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  return { winners: latenciesMs.length, seconds, latenciesMs: latenciesMs.sort((a, b) => a - b) };
}

/** The ledger over a connection of its own, as in production: a reservation is a pending transfer. */
export async function openOurs(uri: string): Promise<FundSide & { readonly ledger: Ledger }> {
  const database = await connect({ uri, poolSizeMax: 12 });
  const log = pino({ level: 'error' });
  const ledger = openLedger({ database, clock: systemClock, log, metrics: openMetrics() });
  return {
    ledger,
    async draw(fund, id) {
      const result = await ledger.commit({
        id,
        transfers: [
          {
            ...{ id, kind: 'payout', type: 'pending', amount: 1, effectiveOn: DAY },
            ...{ debit: fundAccount(fund), credit: cashAccount(fund) },
          },
        ],
      });
      if (result.status === 'refused' && result.code === 'exceeds_funds') return false;
      if (result.status !== 'committed') throw new Error(`A reservation was ${JSON.stringify(result)}.`);
      return true;
    },
    async close() {
      await ledger.drain();
      await database.close();
    },
  };
}

/** The rival's fund, and what it keeps of a reservation: no history of the account, no totals by side. */
export interface RivalFund {
  readonly _id: string;
  readonly left: number;
}
export interface RivalReservation {
  readonly _id: string;
  readonly fund: string;
  readonly amount: number;
  readonly at: Date;
}

export interface RivalSide extends FundSide {
  readonly funds: Collection<RivalFund>;
  readonly reservations: Collection<RivalReservation>;
}

/** Guarded single-document `$inc`, then the insert of the reservation (M11): two waits, and no transaction. */
export async function openRivalFund(uri: string, poolSize: number): Promise<RivalSide> {
  const client = new MongoClient(uri, { maxPoolSize: poolSize, writeConcern: { w: 'majority', journal: true } });
  await client.connect();
  const funds = client.db().collection<RivalFund>('rival_funds');
  const reservations = client.db().collection<RivalReservation>('rival_reservations');
  return {
    funds,
    reservations,
    async draw(fund, id) {
      const { matchedCount } = await funds.updateOne({ _id: fund, left: { $gte: 1 } }, { $inc: { left: -1 } });
      if (matchedCount === 0) return false;
      await reservations.insertOne({ _id: id, fund, amount: 1, at: new Date(systemClock.now()) });
      return true;
    },
    close: () => client.close(),
  };
}
