import { hash } from 'node:crypto';
import type { PayoutState } from '../../../programs/payouts/payout-states.ts';
import { SandboxCore } from '../../../server/payments/sandbox/sandbox-core.ts';
import type { PayoutDeps } from '../../../server/payouts/payout-deps.ts';
import { chanceFrom } from '../traffic.ts';
import { createAll, makeOutages, payIn, startWorkers } from './actors.ts';
import { auditPayouts, type PayoutAudit } from './audit-wave.ts';
import { runBank } from './bank.ts';
import { PayeeBook } from './payee-book.ts';
import { compareDaily, startPersons } from './persons.ts';
import { Postman } from './postman.ts';
import type { Ground } from './process.ts';
import { memoryStorage, type Storage } from './storage.ts';
import { Troubles, type TroubleKind } from './troubles.ts';
import { VirtualTime } from './virtual-time.ts';
import { planWave, WAVE_START, type WavePlan } from './wave-plan.ts';

const HOUR = 3_600_000;
/** A wave that is not at rest by then never will be. */
const REST_DAYS_MAX = 30;

const FINDINGS_MAX = 1_000;

export interface WaveOptions {
  readonly seed: number;
  readonly payouts: number;
  /** Where the books are kept; in memory unless told otherwise. */
  readonly storage?: (time: VirtualTime) => Storage;
  /** After so many days it is taken for restless; default 30. */
  readonly restDaysMax?: number;
  /** A bug that is put in on purpose, to see that it is found. */
  readonly plant?: (deps: PayoutDeps) => PayoutDeps;
}

export interface WaveResult extends PayoutAudit {
  readonly seed: number;
  /** Everything that was made to go wrong, deaths among it. */
  readonly faults: number;
  readonly deaths: number;
  readonly troubles: ReadonlyMap<TroubleKind, number>;
  readonly deathsAt: ReadonlyMap<string, number>;
  /** What actors saw that must not be: errors that are bugs, answers that differ. */
  readonly findings: readonly string[];
  /** Virtual days until nothing was left to do. */
  readonly days: number;
  /** Of all books, ours and the provider's, to the last byte: the same for the same seed. */
  readonly digest: string;
}

/**
 * One wave of payouts in a world of its own: asked for, sent, looked after and told of by processes that die, over a
 * provider that fails; then nothing goes wrong any more, until nobody has anything left to do. Then it is audited.
 */
export async function runWave({
  seed,
  payouts,
  storage: open = memoryStorage,
  restDaysMax = REST_DAYS_MAX,
  plant,
}: WaveOptions): Promise<WaveResult> {
  const plan = planWave(seed, payouts);
  const time = new VirtualTime(WAVE_START);
  const troubles = new Troubles(chanceFrom(seed + 1));
  const core = new SandboxCore({ seed: `wave ${seed}` });
  core.orderWebhooks({ twice: 0.1, late: 0.08, reordered: 0.1, lost: 0.08, lateMs: 20 * 60_000 });
  const payees = new PayeeBook(plan.payees);
  const findings: string[] = [];
  const ground: Ground = {
    ...{ time, troubles, core, payees, storage: open(time), ids: countedIds() },
    found: (finding) => void (findings.length < FINDINGS_MAX && findings.push(finding)),
    ...(plant && { plant }),
  };
  const paidIn = await time.run(() => live(ground, plan, restDaysMax));
  const books = await ground.storage.read();
  const provider = core.store.dump();
  const holders = payees.holders();
  const audit = auditPayouts({
    asked: plan.asks.map(({ businessKey, payeeId, amount, fundingAccount }) => ({
      ...{ businessKey, payeeId, fundingAccount, holderId: holders.get(payeeId) ?? '' },
      ...{ amount: amount.amount, currency: amount.currency },
    })),
    ...{ books, provider, accounts: payees.accounts(), paidIn },
  });
  return {
    ...audit,
    seed,
    faults: [...troubles.counts.values()].reduce((sum, count) => sum + count, 0),
    deaths: troubles.counts.get('death') ?? 0,
    troubles: troubles.counts,
    deathsAt: troubles.deathsAt,
    findings,
    days: (time.now() - WAVE_START) / (24 * HOUR),
    digest: hash('sha256', JSON.stringify([books, provider]), 'hex').slice(0, 16),
  };
}

/** Everybody at work, until nothing is left to do. Answers what was paid in, by account. */
async function live(ground: Ground, plan: WavePlan, restDaysMax: number): Promise<ReadonlyMap<string, number>> {
  const { time, troubles, core } = ground;
  const postman = new Postman(ground);
  plan.nights.forEach(() => troubles.count('night'));
  startWorkers(ground, plan);
  startPersons(ground, plan);
  void runBank(ground);
  void compareDaily(ground);
  const [paidIn] = await Promise.all([payIn(ground, plan), createAll(ground, plan), makeOutages(ground, plan)]);
  await time.sleepUntil(plan.calmAt);
  troubles.calm();
  core.orderWebhooks({});
  const restless = time.now() + restDaysMax * 24 * HOUR;
  while (time.now() < restless) {
    await time.sleep(6 * HOUR);
    // What came back unheard of is found by the comparison of the next day.
    if (postman.idle && core.nextDueAt === undefined && (await unsettled(ground)) === 0) return paidIn;
  }
  ground.found(`There is no rest after ${restDaysMax} days.`);
  return paidIn;
}

const UNDER_WAY: readonly PayoutState[] = [
  ...(['awaiting_funds', 'payee_fix', 'awaiting_approval', 'cooling_down', 'ready'] as const),
  ...(['sending', 'unknown', 'sent', 'failed'] as const),
];

/** Payouts that somebody still has to do something about, or whose return nobody has noticed. */
async function unsettled({ storage: { payouts }, core }: Ground): Promise<number> {
  let count = 0;
  for (const state of UNDER_WAY) count += (await payouts.inState(state)).length;
  for (const { releasedAt, successorId } of await payouts.inState('returned')) {
    const successor = successorId === null ? undefined : await payouts.byId(successorId);
    if (releasedAt === null && (successor === undefined || successor.state === 'voided')) count += 1;
  }
  const cameBack = new Set(
    [
      ...core.store.list('outbound_payment').filter(({ status }) => status === 'returned'),
      ...core.store.list('transfer').filter(({ reversed }) => reversed),
    ].map(({ metadata }) => metadata.payoutId),
  );
  return count + (await payouts.inState('paid')).filter(({ id }) => cameBack.has(id)).length;
}

/** Ids that come out the same for the same seed. */
function countedIds(): PayoutDeps['ids'] {
  let next = 0;
  return { next: (prefix) => `${prefix}_${(next++).toString(32).padStart(26, '0')}` };
}
