import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '../../../server/config.ts';
import { FACT_APPLIERS, type FactAppliers } from '../../../server/payments/apply-fact.ts';
import { foldProviderEvents } from '../../../server/payments/fold-provider-events.ts';
import { applyPayoutFact } from '../../../server/payouts/apply-payout-fact.ts';
import { createPayout } from '../../../server/payouts/create-payout.ts';
import { reconcileAllDue, sendAllDue } from '../../../server/payouts/drain-payouts.ts';
import { fundPayouts } from '../../../server/payouts/fund-payouts.ts';
import { openPayouts } from '../../../server/payouts/open-payouts.ts';
import type { PayoutDeps } from '../../../server/payouts/payout-deps.ts';
import { recordPayoutOutcome } from '../../../server/payouts/record-payout-outcome.ts';
import { openAll } from '../../../server/run-program.ts';
import type { Services } from '../../../server/services.ts';
import { officeRound } from './office.ts';
import { CHAOS_APP, readOrders, type WorkerOrders } from './worker-orders.ts';

/*
 * A process that does with payouts what the jobs of production do, over the production use cases, with two differences: its
 * leases are short, so that the next worker goes on soon, and it kills itself at the point that it was told.
 */

/** Production waits a minute for a worker that died; here nobody has the time. */
const LEASE_MS = 3_000;
const SEND = { leaseMs: LEASE_MS, batch: 20, callsAtOnce: 8 } as const;
const ROUND_MS = 50;
/** So slow that its payouts last for a round of the torment. */
const CREATE_PAUSE_MS = 200;
/** Of so many payouts one needs a person's approval, and one draws on the account that never has enough. */
const LARGE_OF = 12;
const POOR_OF = 4;
const OPERATOR = { kind: 'operator', operatorId: 'opr_chaos', scopes: new Set<never>() } as const;

const orders = readOrders(process.env);
const { services } = await openAll(readConfig(process.env), CHAOS_APP, () => undefined);
const deps: PayoutDeps = { ...openPayouts(services), at: killer(orders) };
process.stdout.write('ready\n');
switch (orders.role) {
  case 'send':
    // Beside each other: a call that hangs must not keep the others from their points.
    await Promise.all(sending(services, deps).map((work) => forEver(work)));
    break;
  case 'office':
    await forEver(() => officeRound(services, deps, orders));
    break;
  case 'create':
    await createAll(deps, orders);
}
process.exit(0);

/** At the named point, the n-th time it is reached, the process says so and is gone as after a power cut. */
function killer({ dieAt, dieAfter }: WorkerOrders): NonNullable<PayoutDeps['at']> {
  let left = dieAfter;
  return (point) => {
    if (point !== dieAt) return;
    left -= 1;
    if (left > 0) return;
    writeSync(1, `died ${point}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
}

function sending(services: Services, deps: PayoutDeps): readonly (() => Promise<unknown>)[] {
  const appliers: FactAppliers = {
    ...FACT_APPLIERS,
    // With our points; what production does then is the same again, which changes nothing and refuses what it refuses.
    payout_changed: async (_services, fact) => {
      await recordPayoutOutcome(deps, fact);
      await applyPayoutFact(services, fact);
    },
  };
  return [
    () => sendAllDue(deps, SEND),
    () => reconcileAllDue(deps),
    () => foldProviderEvents(services, { now: services.clock.now(), appliers }),
    () => fundPayouts(deps),
  ];
}

async function forEver(work: () => Promise<unknown>): Promise<never> {
  for (;;) {
    try {
      await work();
    } catch (error) {
      deps.log.warn({ err: error }, 'a round had trouble; the next one goes on');
    }
    await pause(ROUND_MS);
  }
}

/** Each until it is acknowledged; a restarted creator asks again for some that were. */
async function createAll(deps: PayoutDeps, asked: WorkerOrders): Promise<void> {
  const { first, last, payees, fundingAccount, poorAccount } = asked;
  for (let number = first; number <= last; number++) {
    const { payout } = await untilDone(deps, () =>
      createPayout(deps, {
        actor: OPERATOR,
        businessKey: `chaos-${number}`,
        payeeId: payees[number % payees.length] ?? '',
        amount: { amount: number + (number % LARGE_OF === 4 ? 3_000_00 : 100), currency: 'CNY' },
        fundingAccount: number % POOR_OF === 3 ? poorAccount : fundingAccount,
        incidentAt: 4_000_000_000_000,
        statementText: 'Chaos',
      }),
    );
    process.stdout.write(`created ${number} ${payout.id}\n`);
    await pause(CREATE_PAUSE_MS);
  }
}

async function untilDone<T>(deps: PayoutDeps, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      deps.log.warn({ err: error }, 'a payout was not acknowledged; asked for again');
      await pause(ROUND_MS);
    }
  }
}
