import { claimPayout, completeSend, type SendReport } from '../../programs/payouts/attempt.ts';
import { openAttempt, type PayeeNow, type Payout } from '../../programs/payouts/payout.ts';
import { commitStep, decideAndCommit } from './commit-step.ts';
import { followStep } from './follow-payee.ts';
import { inPool } from './in-pool.ts';
import { orPutOff } from './put-off.ts';
import { versionKey, type PayeeVersionRef, type PayoutDeps, type SealedDestination } from './payout-deps.ts';

export interface SendOptions {
  /** Payouts in one batch; default 200. */
  readonly batch?: number;
  /** Calls at once; default 16. */
  readonly callsAtOnce?: number;
  /** How long a worker has for its call and its completion; default 60 s, more than any call takes. */
  readonly leaseMs?: number;
}

/** What became of a batch; `due` says whether there may be more. */
export interface SendTally {
  readonly due: number;
  readonly sent: number;
  readonly paid: number;
  readonly refused: number;
  readonly later: number;
  readonly unknown: number;
  /** Passed on without a call: the gate was not open, or the key too old. */
  readonly held: number;
  /** Another worker or a fact was first. */
  readonly overtaken: number;
}

export const LEASE_MS = 60_000;
const BATCH = 200;
const CALLS_AT_ONCE = 16;

/**
 * Sends one batch of what is due. Each payout is claimed (lease and key in one guarded write, before any call), the
 * provider is called outside any transaction, and the answer is booked, fenced on the lease. Claims and completions of
 * many payouts share the ledger's transactions; a worker that dies leaves a lease that runs out, and the next worker
 * sends the same key again. Safe to run any number of times at once.
 */
export async function sendDuePayouts(deps: PayoutDeps, options: SendOptions = {}): Promise<SendTally> {
  const { batch = BATCH, callsAtOnce = CALLS_AT_ONCE, leaseMs = LEASE_MS } = options;
  const tally = { due: 0, sent: 0, paid: 0, refused: 0, later: 0, unknown: 0, held: 0, overtaken: 0 };
  const due = await deps.payouts.due(deps.clock.now(), batch);
  tally.due = due.length;
  if (due.length === 0) return tally;
  const payees = await deps.payees.current([...new Set(due.map(({ payeeId }) => payeeId))]);
  const claimed: Payout[] = [];
  const failures: unknown[] = [];
  await inPool(due, due.length, (payout) =>
    orPutOff(deps, { name: 'claim', payout }, async () => {
      const result = await claim(deps, payout, payees.get(payout.payeeId), leaseMs);
      if (result === 'overtaken' || result === 'held') tally[result] += 1;
      else claimed.push(result);
    }),
  ).catch((error: unknown) => failures.push(error)); // What was claimed goes out before it is thrown.
  const sealed = await deps.payees.destinations(claimed.map(refOf));
  await inPool(claimed, callsAtOnce, (payout) =>
    orPutOff(deps, { name: 'complete', payout }, async () => {
      tally[await sendOne(deps, payout, sealed.get(versionKey(refOf(payout))))] += 1;
    }),
  );
  if (failures.length > 0) throw failures[0];
  return tally;
}

/** The account that a claimed payout's key was made for. */
const refOf = (payout: Payout): PayeeVersionRef => ({
  payeeId: payout.payeeId,
  version: openAttempt(payout)?.payeeVersion ?? payout.payeeVersion,
});

async function claim(
  deps: PayoutDeps,
  payout: Payout,
  payee: PayeeNow | undefined,
  leaseMs: number,
): Promise<Payout | 'overtaken' | 'held'> {
  const now = deps.clock.now();
  const follow = payee && followStep(payout, payee, now);
  // An erased payee is not verified any more: without an open key it waits for a person.
  const step =
    follow?.step ?? claimPayout(payout, payee ?? { verified: false }, { now, token: deps.ids.next('lse'), leaseMs });
  const result = await commitStep(deps, { name: follow?.name ?? 'claim', before: payout, step, now });
  if (result.status === 'overtaken') return 'overtaken';
  return result.payout.lease === null ? 'held' : result.payout;
}

/** Calls the provider for a claimed payout and books what it answered. */
async function sendOne(
  deps: PayoutDeps,
  payout: Payout,
  sealed: SealedDestination | undefined,
): Promise<'sent' | 'paid' | 'refused' | 'later' | 'unknown' | 'overtaken'> {
  const report = await call(deps, payout, sealed);
  // Too late to call: whoever takes over does it.
  if (report === undefined) return 'overtaken';
  const now = deps.clock.now();
  const first = await commitStep(deps, {
    name: 'complete',
    before: payout,
    step: completeSend(payout, report, now),
    now,
  });
  if (first.status === 'overtaken' && !(await completeStillOurs(deps, payout, report, now))) {
    deps.log.warn(
      { payoutId: payout.id, outcome: report.outcome },
      'a payout was taken over before its answer was booked',
    );
    return 'overtaken';
  }
  if (report.outcome === 'sent') return report.state === 'posted' ? 'paid' : 'sent';
  return report.outcome === 'try_again' ? 'later' : report.outcome;
}

/** Something else was written meanwhile (a contradiction), but the lease is still this worker's: then the answer counts. */
async function completeStillOurs(
  deps: PayoutDeps,
  { id, lease }: Payout,
  report: SendReport,
  now: number,
): Promise<boolean> {
  const result = await decideAndCommit(deps, id, now, (stored) =>
    stored.lease !== null && stored.lease.token === lease?.token
      ? { name: 'complete', step: completeSend(stored, report, now) }
      : undefined,
  );
  return result?.changed === true;
}

/** Undefined when the lease ran out before the call could be made. */
async function call(
  deps: PayoutDeps,
  payout: Payout,
  sealed: SealedDestination | undefined,
): Promise<SendReport | undefined> {
  const attempt = openAttempt(payout);
  const until = payout.lease?.until;
  if (attempt === undefined || until === undefined) throw new Error(`${payout.id} was claimed without a key.`);
  await deps.at?.('call.before');
  const destination = sealed?.open();
  if (destination === undefined) return { outcome: 'unknown', message: 'The payee was erased after the key was made.' };
  if (deps.clock.now() >= until) return undefined;
  const report = await deps.providers[payout.provider]
    .sendPayout({
      payoutId: payout.id,
      attempt: attempt.number,
      idempotencyKey: attempt.key,
      amount: payout.amount,
      destination,
      statementText: payout.statementText,
    })
    .catch((error: unknown): SendReport => {
      // A fault of the adapter is no answer: what happened is unknown.
      deps.log.error({ err: error, payoutId: payout.id }, 'a payment provider failed');
      return { outcome: 'unknown', message: error instanceof Error ? error.message : String(error) };
    });
  await deps.at?.('call.after');
  return report;
}
