import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../server/clock.ts';
import { connect } from '../../server/database/connect.ts';
import { migrate } from '../../server/database/migrate.ts';
import { runSender } from '../../server/payouts/run-sender.ts';
import { sendAllDue } from '../../server/payouts/drain-payouts.ts';
import type { PayoutDeps } from '../../server/payouts/payout-deps.ts';
import { closedLoop, quantile } from './lean-client.ts';
import type { Bench, Measure } from './measure.ts';
import { measurePairs, summarise, type Measured } from './pairs.ts';
import { openOurPayouts, openRivalPayouts, type OurPayouts, type RivalPayouts } from './payout-sides.ts';

const PAYOUTS = { full: 2_000, quick: 200 };
/** Payouts that the rival works on at once, each with a connection: the best of them is taken. */
const CONCURRENCIES = [1, 4, 8, 16, 32];
/** Decisions a second, and for how long; a decision may come at any moment of it. */
const ARRIVAL = { full: { perSecond: 50, seconds: 20 }, quick: { perSecond: 20, seconds: 4 } };
const LATENCY_MS_MAX = 1_000;

/**
 * `payout`: payouts from ready to booked, by the production worker, ledger and store, against the raw driver making the
 * same commits one by one with the same call of the same sandbox (M11). Both draw on one float and one cash account.
 * `payout-latency`: from a decision to its money booked, p95 at a stated rate of arrival, by the production sender.
 */
export const payout: Measure = {
  names: ['payout', 'payout-latency'],
  async run(bench, wanted) {
    const uri = bench.uriOf('payout');
    const database = await connect({ uri });
    await migrate(database, { clock: systemClock });
    await database.close();
    const count = bench.quick ? PAYOUTS.quick : PAYOUTS.full;
    const ours = await openOurPayouts(uri, count * (bench.pairs + 2) + 5_000);
    try {
      const results: Measured[] = [];
      if (wanted.has('payout')) results.push(await measureRate(bench, uri, ours, count));
      if (wanted.has('payout-latency')) results.push(await measureLatency(bench, ours));
      const doubled = ours.doubled();
      bench.log(`  ${doubled} payouts were doubled, by the log of the sandbox`);
      if (doubled > 0) throw new Error(`${doubled} payouts were paid twice.`);
      return results;
    } finally {
      await ours.close();
    }
  },
};

async function measureRate(bench: Bench, uri: string, ours: OurPayouts, count: number): Promise<Measured> {
  const { rival, atOnce } = await bestRival(bench, uri, ours);
  try {
    return await measurePairs(
      { name: 'payout', unit: 'payouts/s', goal: { atLeast: 1 }, pairs: bench.pairs },
      () => payOurs(ours, count),
      async () => payRival(rival, atOnce, count),
    );
  } finally {
    await rival.close();
  }
}

/** Payouts a second. What is not paid at the first try would make the figure false, so it throws. */
async function payOurs(ours: OurPayouts, count: number): Promise<number> {
  await Promise.all(Array.from({ length: count }, () => ours.create()));
  const startedMs = performance.now();
  const { paid } = await sendAllDue(ours.deps);
  const seconds = (performance.now() - startedMs) / 1_000;
  if (paid !== count) throw new Error(`${paid} of ${count} payouts were paid.`);
  return count / seconds;
}

async function payRival(rival: RivalPayouts, atOnce: number, count: number): Promise<number> {
  const ids = await rival.prepare(count);
  const { perSecond } = await closedLoop(atOnce, count, async (index) => rival.pay(ids[index] ?? ''));
  return perSecond;
}

async function bestRival(
  bench: Bench,
  uri: string,
  ours: OurPayouts,
): Promise<{ readonly rival: RivalPayouts; readonly atOnce: number }> {
  const template = await readyTemplate(uri, ours);
  const { stripe } = ours.deps.providers;
  const send = (payoutId: string) =>
    stripe.sendPayout({
      ...{ payoutId, attempt: 1, idempotencyKey: `${payoutId}:1`, amount: { amount: 1_00, currency: 'CNY' } },
      destination: { kind: 'connected_account', accountId: 'acct_sandbox_ok' },
      statementText: 'Benefit',
    });
  let best: { readonly rival: RivalPayouts; readonly atOnce: number; readonly perSecond: number } | undefined;
  for (const atOnce of CONCURRENCIES) {
    const rival = await openRivalPayouts(uri, atOnce, template, send);
    const perSecond = await payRival(rival, atOnce, bench.quick ? 60 : 500);
    bench.log(`  rival, ${atOnce} at once: ${perSecond.toFixed(0)} payouts/s`);
    if (best === undefined || perSecond > best.perSecond) {
      await best?.rival.close();
      best = { rival, atOnce, perSecond };
    } else {
      await rival.close();
    }
  }
  if (best === undefined) throw new Error('There is no concurrency to try.');
  return best;
}

/** One of our own payouts as it is stored when it is ready, with BSON longs; it is paid before anything is measured. */
async function readyTemplate(uri: string, ours: OurPayouts) {
  const id = await ours.create();
  const database = await connect({ uri });
  try {
    const stored = await database.db
      .collection<{ _id: string }>('payouts')
      .findOne({ _id: id }, { promoteLongs: false });
    if (stored === null) throw new Error(`${id} is not stored.`);
    return stored;
  } finally {
    await database.close();
    await sendAllDue(ours.deps);
  }
}

async function measureLatency(bench: Bench, ours: OurPayouts): Promise<Measured> {
  const { perSecond, seconds } = bench.quick ? ARRIVAL.quick : ARRIVAL.full;
  const bookedMs = new Map<string, number>();
  const sender = runSender(noting(ours.deps, bookedMs));
  const waits: number[] = [];
  try {
    const startedMs = performance.now();
    const decided = new Map<string, number>();
    const creations: Promise<void>[] = [];
    for (let number = 0; number < perSecond * seconds; number++) {
      await sleep(Math.max(0, startedMs + (number * 1_000) / perSecond - performance.now()));
      const askedMs = performance.now();
      creations.push(ours.create().then((id) => void decided.set(id, askedMs)));
    }
    await Promise.all(creations);
    for (let round = 0; [...decided.keys()].some((id) => !bookedMs.has(id)); round++) {
      if (round > 600) throw new Error('Payouts were decided and not paid within a minute.');
      await sleep(100);
    }
    for (const [id, askedMs] of decided) waits.push((bookedMs.get(id) ?? Infinity) - askedMs);
  } finally {
    await sender.stop();
  }
  const p95 = quantile(
    waits.sort((a, b) => a - b),
    0.95,
  );
  bench.log(
    `  payout-latency: ${perSecond} decisions/s for ${seconds} s, p95 ${p95.toFixed(0)} ms against a bound of ${LATENCY_MS_MAX} ms`,
  );
  return summarise({ name: 'payout-latency', unit: 'ms', goal: { atMost: 1 } }, [{ ours: p95, rival: LATENCY_MS_MAX }]);
}

/** The same deps, noting when each payout's money was booked as gone. */
function noting(deps: PayoutDeps, bookedMs: Map<string, number>): PayoutDeps {
  return {
    ...deps,
    ledger: {
      async commit(unit) {
        const result = await deps.ledger.commit(unit);
        const [transfer] = unit.transfers;
        const payoutId =
          transfer?.type === 'post' && result.status === 'committed' ? transfer.refs?.payoutId : undefined;
        if (payoutId !== undefined) bookedMs.set(payoutId, performance.now());
        return result;
      },
    },
  };
}
