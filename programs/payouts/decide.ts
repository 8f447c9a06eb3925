import type { Instant } from '../calendar.ts';
import { approverFault } from './approvals.ts';
import { throughGate } from './gate.ts';
import type { PayeeNow, Payout } from './payout.ts';
import { PAYOUT_STATES } from './payout-states.ts';
import { advance, type Step } from './step.ts';

/** A person's yes to what the payout is now (M8); with the last one missing it goes on. Throws where `approverFault` says no. */
export function approve(payout: Payout, payee: PayeeNow, person: string, now: Instant): Step {
  const fault = approverFault(payout, person);
  if (fault !== undefined) throw new Error(`${person} may not approve ${payout.id}: ${fault}.`);
  const approvals = [...payout.approvals, { person, at: now, binding: payout.binding }];
  return throughGate({ ...payout, approvals }, payee, {
    now,
    by: person,
    note: `Approved by ${person}.`,
    change: { approvals },
  });
}

/** Whether a payout may still be given up: no key is out, and no money left. */
export function mayVoid({ state }: Payout): boolean {
  return PAYOUT_STATES[state].next.includes('voided');
}

/** Gives a payout up and releases what it reserved. */
export function voidPayout(payout: Payout, person: string, reason: string, now: Instant): Step {
  const moves = PAYOUT_STATES[payout.state].reserved ? (['void'] as const) : [];
  return advance(payout, {
    to: 'voided',
    now,
    by: person,
    note: reason.slice(0, 200),
    moves,
    tells: ['payout.voided'],
  });
}

/** Another try to reserve the money of a payout that awaits it: a recorded decision, so under the next number (M2). */
export function reserveAgain(payout: Payout, payee: PayeeNow, now: Instant): Step {
  const reservation = payout.reservation + 1;
  const note = `Money reserved as :${reservation}.`;
  return throughGate(payout, payee, {
    now,
    note,
    moves: ['reserve'],
    tells: ['payout.created'],
    change: { reservation },
  });
}

/** The number of a reservation that was refused is used up, and the payout goes on waiting. */
export function stillLacking(payout: Payout, now: Instant): Step {
  return advance(payout, { to: 'awaiting_funds', now, change: { reservation: payout.reservation + 1 } });
}
