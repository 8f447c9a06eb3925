import { createPayout } from '../../../server/payouts/create-payout.ts';
import { fundPayouts } from '../../../server/payouts/fund-payouts.ts';
import { reconcilePayouts } from '../../../server/payouts/reconcile-payouts.ts';
import { sendDuePayouts } from '../../../server/payouts/send-due-payouts.ts';
import { SCOPES, type ActorOf } from '../../../server/actor.ts';
import { Refusal } from '../../../programs/refusal.ts';
import { fund } from '../../../server/payments/sandbox/objects/balance.ts';
import { Process, type Ground } from './process.ts';
import { WAVE_START, type Ask, type Span, type WavePlan } from './wave-plan.ts';

const MINUTE = 60_000;

export const operator = (operatorId: string): ActorOf<'operator'> => ({
  kind: 'operator',
  operatorId,
  scopes: new Set(SCOPES),
});

/** Asks for what is planned until it is answered, some of it twice and some with other content. Ends with the last answer. */
export async function createAll(ground: Ground, { asks }: WavePlan, desks = 6): Promise<void> {
  const { time, troubles } = ground;
  const asked = asks.flatMap((ask): Ask[] => [
    ask,
    ...(ask.againAfterMs === undefined ? [] : [{ ...ask, at: ask.at + ask.againAfterMs, thenOther: false }]),
  ]);
  const queue = asked.sort((a, b) => a.at - b.at).values();
  const processes = Array.from({ length: desks }, (_, at) => new Process(ground, `desk ${at}`));
  const ids = new Map<string, string>();
  const desk = async (process: Process): Promise<void> => {
    for (const ask of queue) {
      await time.sleepUntil(ask.at);
      const id = await untilAnswered(process, ask);
      if (id !== (ids.get(ask.businessKey) ?? id))
        ground.found(`${ask.businessKey} was answered as ${ids.get(ask.businessKey)} and as ${id}.`);
      ids.set(ask.businessKey, id);
      if (ask.thenOther) await mustBeRefused(ground, process, ask);
      await time.sleep(troubles.between(1, 500));
    }
  };
  await Promise.all(processes.map(desk));
}

async function untilAnswered(process: Process, ask: Ask): Promise<string> {
  for (;;) {
    const outcome = await process.attempt((deps) => createPayout(deps, inputOf(ask)));
    if (outcome.done) return outcome.value.payout.id;
  }
}

async function mustBeRefused(ground: Ground, process: Process, ask: Ask): Promise<void> {
  const other = { ...ask, amount: { ...ask.amount, amount: ask.amount.amount + 1 } };
  for (;;) {
    try {
      const outcome = await process.attempt((deps) => createPayout(deps, inputOf(other)));
      if (!outcome.done) continue;
      return ground.found(`${ask.businessKey} was taken again with another amount.`);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'payout_key_reused') return;
      throw error;
    }
  }
}

const inputOf = ({ by, businessKey, payeeId, amount, fundingAccount, incidentAt, assessors }: Ask) => ({
  ...{ actor: operator(by), businessKey, payeeId, amount, fundingAccount, assessors, statementText: 'Benefit' },
  ...(incidentAt === undefined ? {} : { incidentAt }),
});

/** The workers, those who ask the provider, and whoever reserves money that lacked. They never end. */
export function startWorkers(ground: Ground, plan: WavePlan): void {
  const { time, troubles, storage } = ground;
  /** Looks often while something goes on; later as soon as something is due. */
  const pauseMs = async (often: number): Promise<number> => {
    if (time.now() < plan.lastAskAt) return troubles.between(often / 4, often);
    const nextAt = (await storage.payouts.nextDueAt()) ?? Infinity;
    return Math.min(Math.max(nextAt - time.now(), 0) + troubles.between(often / 4, often), 10 * MINUTE);
  };
  for (let number = 0; number < 4; number++) {
    const process = new Process(ground, `worker ${number}`);
    const options = { batch: 16 + 8 * number, callsAtOnce: 4 + 4 * number };
    const work = async (deps: Parameters<typeof sendDuePayouts>[0]) => {
      await outlast(time, plan.nights);
      return (await sendDuePayouts(deps, options)).due;
    };
    void process.loop(work, () => pauseMs(4_000));
  }
  for (let number = 0; number < 2; number++) {
    void new Process(ground, `reconciler ${number}`).loop(
      async (deps) => (await reconcilePayouts(deps, 40)).looked,
      () => pauseMs(8_000),
    );
  }
  void new Process(ground, 'funder').loop(
    async (deps) => (await fundPayouts(deps)).funded,
    async () => (time.now() < plan.lastAskAt ? MINUTE : 10 * MINUTE),
  );
}

async function outlast(time: Ground['time'], spans: readonly Span[]): Promise<void> {
  for (const { from, to } of spans) if (time.now() >= from) await time.sleepUntil(Math.max(to, time.now()));
}

/** How the money comes in: at first not enough for everybody. */
const SHARES = [0.55, 0.15, 0.15, 0.2] as const;

/** Carriers and donors pay in, to the provider first and then into the books. Answers what came in, by account. */
export async function payIn(ground: Ground, plan: WavePlan): Promise<ReadonlyMap<string, number>> {
  const { time, core, storage } = ground;
  const paid = new Map<string, number>();
  for (const [round, share] of SHARES.entries()) {
    for (const [account, needed] of plan.needed) {
      const amount = Math.ceil(needed * share);
      const currency = account.slice(-3);
      core.act(time.now(), (context) => fund(context, currency.toLowerCase(), amount));
      const id = `opening:${round}:${account}`;
      const common = { kind: 'opening_balance', type: 'posted', amount, effectiveOn: '2026-03-02' } as const;
      const result = await storage.ledger.commit({
        id,
        transfers: [
          { ...common, id: `${id}:fund`, debit: `world:payer:${currency}`, credit: account },
          { ...common, id: `${id}:cash`, debit: `cash:stripe:${currency}`, credit: `world:payer:${currency}` },
        ],
      });
      if (result.status !== 'committed') ground.found(`${id} was ${result.status}.`);
      paid.set(account, (paid.get(account) ?? 0) + amount);
    }
    await time.sleepUntil(WAVE_START + (plan.lastAskAt - WAVE_START) * (0.4 + 0.3 * round));
  }
  return paid;
}

/** The provider is away, as planned. */
export async function makeOutages({ time, troubles }: Ground, { outages }: WavePlan): Promise<void> {
  for (const { from, to } of outages) {
    await time.sleepUntil(from);
    troubles.outage = true;
    troubles.count('outage');
    await time.sleepUntil(to);
    troubles.outage = false;
  }
}
