import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { assertBooks } from '../../../server/ledger/testing/assert-books.ts';
import { PAYOUT_POINTS, type PayoutPoint } from '../../../server/payouts/payout-points.ts';
import { chanceFrom, type Chance } from '../traffic.ts';
import { DATABASE } from '../write-monitor.ts';
import { auditPayouts, type PayoutAudit } from './audit-payouts.ts';
import { Crew, roleOf, type Seat } from './crew.ts';
import { withPayoutWorld, type PayoutChaosWorld } from './payout-world.ts';
import { databaseFaultsMet, failDatabase, provoke, providerFaults, stepDown } from './torments.ts';

export const PAYOUTS_HELP = `npm run chaos -- payouts [options]

Starts a set of three databases, the fake of Stripe, an API for its webhooks and workers that pay, each as a process, and
kills workers at every named point and at random, lets provider calls fail before and after the effect, database commands
fail, and the primary step down. Only what really happened is counted. At the end the fake's own books must show exactly one transfer for each payout.

  --faults <n>   how many faults at least (default 500)
  --seed <n>     chooses what fails when (default: printed at the start)
  --ci           30 faults, about a minute and a half on two cores
  --json         ends with {"payouts","faults","doubled","missing","points"}: how often a process died at which point
`;

const FAULTS = 500;
const FAULTS_CI = 30;
/** Ordered in each round; some of them are met. Few, so that processes die often. */
const PROVIDER_FAULTS = 4;
/** Minor units: at last the account that never had enough has it. */
const ENOUGH = 100_000_000;
/** After the last fault: leases run out, keys go out again, and what was put off or sent in vain again and again is repeated, each time later. */
const QUIET_MS_MAX = 900_000;
const MS_MAX_PER_FAULT = 6_000;
const REST_MS_MAX = 1_200_000;

/** The command behind `npm run chaos -- payouts`; answers the exit code. */
export async function payoutsMain(args: readonly string[], say: (line: string) => void): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      faults: { type: 'string' },
      seed: { type: 'string' },
      ci: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(PAYOUTS_HELP);
    return 0;
  }
  const wanted = Number(values.faults ?? (values.ci === true ? FAULTS_CI : FAULTS));
  const seed = Number(values.seed ?? randomInt(1_000_000));
  if (!Number.isSafeInteger(wanted) || wanted < 1 || !Number.isSafeInteger(seed)) {
    process.stderr.write('--faults and --seed must be whole numbers.\n');
    return 2;
  }
  say(`${wanted} faults, --seed ${seed}`);
  const limit = setTimeout(() => process.exit(1), wanted * MS_MAX_PER_FAULT + REST_MS_MAX);
  const { faults, points, audit } = await withPayoutWorld(say, (world) => torment(world, wanted, chanceFrom(seed)));
  clearTimeout(limit);
  const reached = Object.entries(points);
  for (const [point, times] of reached) say(`${point.padEnd(18)} ${times} ${times === 1 ? 'death' : 'deaths'}`);
  say(`${reached.length} of the ${PAYOUT_POINTS.length} named points were died at`);
  for (const finding of audit.findings) say(finding);
  const { payouts, doubled, missing } = audit;
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify({ payouts, faults, doubled, missing, points })}\n`
      : `${payouts} payouts, ${faults} faults, ${doubled} doubled, ${missing} missing\n`,
  );
  return audit.findings.length === 0 ? 0 : 1;
}

interface Torment {
  readonly faults: number;
  /** How often a process died at each named point. */
  readonly points: Readonly<Partial<Record<PayoutPoint, number>>>;
  readonly audit: PayoutAudit;
}

async function torment(world: PayoutChaosWorld, wanted: number, chance: Chance): Promise<Torment> {
  const crew = new Crew(world);
  await crew.fill('sender 1', 'sender 2', 'creator');
  let faults = 0;
  for (let round = 0; faults < wanted; round++) {
    const met = await oneRound(world, crew, { round, chance });
    faults += met.count;
    world.say(`${faults} of ${wanted} faults; ${crew.acknowledged.size} payouts acknowledged; ${met.what}`);
  }
  await world.sandbox.order([]);
  await crew.fill('sender 1', 'sender 2', 'office');
  await crew.finishCreating();
  await world.topUp(ENOUGH);
  await untilQuiet(world);
  await crew.end();
  const { client, funded, floats, cashAccount } = world;
  const audit = await auditPayouts({
    ...{ client, funded, floats, cashAccount, database: DATABASE },
    books: await world.sandbox.books(),
    acknowledged: new Set(crew.acknowledged.values()),
  });
  const findings = [...audit.findings, ...(await wrongBooks(world))];
  return { faults, points: Object.fromEntries([...crew.deaths].sort()), audit: { ...audit, findings } };
}

/** One round: the provider and the database fail while processes die, and now and then a whole server goes. */
async function oneRound(
  world: PayoutChaosWorld,
  crew: Crew,
  { round, chance }: { readonly round: number; readonly chance: Chance },
): Promise<{ readonly count: number; readonly what: string }> {
  const { sandbox, api } = world;
  const before = await sandbox.faultsMet();
  await sandbox.order(providerFaults(chance, PROVIDER_FAULTS));
  await failDatabase(world, chance);
  await crew.fill('creator');
  const sender = await oneDeath(world, crew, { seat: 'sender 1', chance });
  await crew.fill('sender 1', 'sender 2');
  const other = await oneDeath(world, crew, { seat: round % 3 === 0 ? 'creator' : 'office', chance });
  let what = `${sender.what}, ${other.what}`;
  let count = sender.killed + other.killed + (await databaseFaultsMet(world));
  count += (await sandbox.faultsMet()) - before;
  let isMet = false;
  switch (round % 6) {
    case 3:
      what += ', the primary stepped down';
      isMet = await stepDown(world);
      break;
    case 4:
      what += ', the fake was killed';
      isMet = await sandbox.kill();
      await pause(chance() * 500);
      await sandbox.start();
      break;
    case 5:
      what += ', the API was killed';
      isMet = await api.kill();
      await api.start();
      break;
    default:
  }
  return { count: isMet ? count + 1 : count, what };
}

/** Steps that many payouts pass: the process dies at any of the next ones. */
const OFTEN = /^(claim|call|complete|create)\./;

async function oneDeath(
  world: PayoutChaosWorld,
  crew: Crew,
  { seat, chance }: { readonly seat: Seat; readonly chance: Chance },
): Promise<{ readonly killed: number; readonly what: string }> {
  const dieAt = crew.nextPoint(roleOf(seat), chance);
  const dieAfter = OFTEN.test(dieAt) ? 1 + Math.floor(chance() * 6) : 1;
  const { killed, diedAt } = await crew.dieAt(seat, { dieAt, dieAfter }, () => provoke(world, dieAt, chance));
  const where = diedAt === undefined ? `somewhere, not at ${dieAt}` : `at ${diedAt}`;
  return { killed, what: killed === 0 ? `${seat} ended by itself` : `${seat} died ${where}` };
}

/** Nothing is under way, nothing waits for a person who comes, and whatever came back at the fake came back to us. */
async function untilQuiet({ client, sandbox, say }: PayoutChaosWorld): Promise<void> {
  const payouts = client.db(DATABASE).collection<{ _id: string }>('payouts');
  const until = performance.now() + QUIET_MS_MAX;
  const ended = ['paid', 'failed', 'payee_fix', 'voided', 'returned'];
  const held = { state: 'returned', releasedAt: null, successorId: null };
  const busy = async (): Promise<number> => {
    const { sentByPayout } = await sandbox.books();
    const back = Object.entries(sentByPayout).flatMap(([id, sent]) => (sent === 0 ? [id] : []));
    const untold = { state: 'paid', _id: { $in: back } };
    return payouts.countDocuments({ $or: [{ state: { $nin: ended } }, held, untold] });
  };
  let left = await busy();
  while (left > 0 && performance.now() < until) {
    await pause(1_000);
    left = await busy();
  }
  say(left === 0 ? 'quiet' : `${left} payouts are still under way after ${QUIET_MS_MAX / 1_000} s`);
}

/** All invariants of the ledger over all that is stored. */
async function wrongBooks({ services }: PayoutChaosWorld): Promise<readonly string[]> {
  try {
    await assertBooks(services);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
