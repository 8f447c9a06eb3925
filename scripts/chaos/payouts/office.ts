import { setTimeout as pause } from 'node:timers/promises';
import { changePayee } from '../../../server/payees/set-payee.ts';
import { verifyPayee } from '../../../server/payees/verify-payee.ts';
import { approvePayout, giveUpPayout } from '../../../server/payouts/approve-payout.ts';
import type { PayoutDeps } from '../../../server/payouts/payout-deps.ts';
import { releaseReturned, retryPayout } from '../../../server/payouts/retry-payout.ts';
import type { Services } from '../../../server/services.ts';
import { BANK_ACCOUNTS, MOVING_PAYEE, type WorkerOrders } from './worker-orders.ts';

/*
 * The persons: each approves, gives up, changes accounts, pays again and gives back, as often as it finds something to do.
 */

const person = (operatorId: string) => ({ kind: 'operator', operatorId, scopes: new Set<never>() }) as const;
const EDITOR = person('opr_editor');
const VERIFIER = person('opr_verifier');
const APPROVER = person('opr_approver');
const CLERK = person('opr_clerk');
const PAGE = 50;
/** For so long a changed account is not verified, and payouts to it wait. */
const UNVERIFIED_MS = 500;

/** All that waits for a person now. */
export async function officeRound(services: Services, deps: PayoutDeps, orders: WorkerOrders): Promise<void> {
  const { models } = services;
  const payeeId = orders.payees[MOVING_PAYEE] ?? '';
  const held = await models.payouts.find({ state: 'returned', releasedAt: null }).limit(PAGE).lean();
  const unpaid = held.filter(({ successorId }) => successorId === null);
  const wantsAnother = unpaid.some((payout) => payout.payeeId === payeeId);
  if (wantsAnother || orders.dieAt?.startsWith('gate.') === true) await movePayee(services, deps, payeeId);
  else await verify(services, deps, payeeId);

  const undecided = await models.payouts.find({ state: 'awaiting_approval' }).limit(PAGE).lean();
  for (const { _id, binding, businessKey } of undecided) {
    if (isUnwanted(businessKey)) await giveUpPayout(deps, { actor: APPROVER, payoutId: _id, reason: 'Chaos' });
    else await approvePayout(deps, { actor: APPROVER, payoutId: _id, binding });
  }
  for (const payout of unpaid) {
    const work = payout.payeeId === payeeId ? retryPayout : releaseReturned;
    await work(deps, { actor: CLERK, payoutId: payout._id });
  }
  for (const { _id, successorId } of held) {
    const voided = successorId !== null && (await models.payouts.exists({ _id: successorId, state: 'voided' }));
    if (voided) await releaseReturned(deps, { actor: CLERK, payoutId: _id });
  }
}

/** Every other one of those that need an approval does not get it. */
const isUnwanted = (businessKey: string): boolean => Number(/\d+/.exec(businessKey)?.[0] ?? 0) % 24 === 4;

/** The payee's other account, at first unverified. */
async function movePayee(services: Services, deps: PayoutDeps, payeeId: string): Promise<void> {
  const payee = await services.models.payees.findById(payeeId).lean();
  if (payee === null) throw new Error(`The payee ${payeeId} is gone.`);
  const accountNumber = BANK_ACCOUNTS[payee.version % BANK_ACCOUNTS.length] ?? '';
  const destination = {
    ...({ kind: 'bank_account', holder: 'Chaos', country: 'US', bankCode: '110000000' } as const),
    accountNumber,
  };
  const { version } = payee;
  await changePayee(services, deps, { actor: EDITOR, payeeId, version, relation: 'carrier', destination });
  await pause(UNVERIFIED_MS);
  await verify(services, deps, payeeId);
}

async function verify(services: Services, deps: PayoutDeps, payeeId: string): Promise<void> {
  const payee = await services.models.payees.findById(payeeId).lean();
  if (payee === null) throw new Error(`The payee ${payeeId} is gone.`);
  const { version } = payee;
  await verifyPayee(services, deps, { actor: VERIFIER, payeeId, version, method: 'document' });
}
