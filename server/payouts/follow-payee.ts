import { openAttempt, type PayeeNow, type Payout } from '../../programs/payouts/payout.ts';
import { gate, rebindPayee, throughGate } from '../../programs/payouts/gate.ts';
import { bindingOf } from './create-payout.ts';
import { decideAndCommit, type NamedStep } from './commit-step.ts';
import type { PayoutDeps } from './payout-deps.ts';

const PAGE = 100;

/**
 * Brings every payout that waits in line with its payee, after the payee was changed or verified: a new version voids
 * approvals and cools down (M8, M9). Should it be lost in a crash, the sending worker does the same before each attempt.
 */
export async function followPayee(deps: PayoutDeps, payeeId: string): Promise<number> {
  const now = deps.clock.now();
  const payee = (await deps.payees.current([payeeId])).get(payeeId);
  if (payee === undefined) return 0;
  let changed = 0;
  const seen = new Set<string>();
  for (;;) {
    const page = (await deps.payouts.waitingFor(payeeId, seen.size + PAGE)).filter(({ id }) => !seen.has(id));
    if (page.length === 0) return changed;
    for (const { id } of page) {
      seen.add(id);
      const result = await decideAndCommit(deps, id, now, (payout) => followStep(payout, payee, now));
      if (result?.changed === true) changed += 1;
    }
  }
}

/** The step that brings one payout in line with its payee; undefined when it is, or when a key is out. */
export function followStep(payout: Payout, payee: PayeeNow, now: number): NamedStep | undefined {
  if (!WAITING.has(payout.state) || openAttempt(payout) !== undefined) return undefined;
  if (payee.version !== payout.payeeVersion) {
    return { name: 'gate', step: rebindPayee(payout, payee, bindingOf(payout, payee), now) };
  }
  const { state } = gate(payout, payee, now);
  return state === payout.state ? undefined : { name: 'gate', step: throughGate(payout, payee, { now }) };
}

const WAITING = new Set(['payee_fix', 'awaiting_approval', 'cooling_down', 'ready']);
