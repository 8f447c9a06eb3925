import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { assertBooks } from '../../../server/ledger/testing/assert-books.ts';
import { chanceFrom, type Chance } from '../traffic.ts';
import { DATABASE } from '../write-monitor.ts';
import { auditPayouts, type PayoutAudit } from './audit-payouts.ts';
import { withPayoutWorld, type PayoutChaosWorld } from './payout-world.ts';
import { Crew, databaseFaultsMet, failDatabase, providerFaults, SENDER_POINTS, stepDown } from './torments.ts';

export const PAYOUTS_HELP = `npm run chaos -- payouts [options]

Starts a set of three databases, the fake of Stripe, an API for its webhooks and workers that pay, each as a process, and
kills workers at every named point and at random, lets provider calls fail before and after the effect, database commands
fail, and the primary step down. At the end the fake's own books must show exactly one transfer for each payout.

  --faults <n>   how many faults at least (default 500)
  --seed <n>     chooses what fails when (default: printed at the start)
  --ci           30 faults, about a minute and a half on two cores
  --json         ends with {"payouts","faults","doubled","missing"}
`;

const FAULTS = 500;
const FAULTS_CI = 30;
const SENDERS = 2;
const PAYOUTS_PER_FAULT = 3;
/** After the last fault: leases run out, keys go out again, webhooks are repeated. */
const QUIET_MS_MAX = 240_000;
const MS_MAX_PER_FAULT = 6_000;
const REST_MS_MAX = 480_000;

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
  const { faults, audit } = await withPayoutWorld(say, (world) => torment(world, wanted, chanceFrom(seed)));
  clearTimeout(limit);
  for (const finding of audit.findings) say(finding);
  const { payouts, doubled, missing } = audit;
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify({ payouts, faults, doubled, missing })}\n`
      : `${payouts} payouts, ${faults} faults, ${doubled} doubled, ${missing} missing\n`,
  );
  return audit.findings.length === 0 ? 0 : 1;
}

async function torment(
  world: PayoutChaosWorld,
  wanted: number,
  chance: Chance,
): Promise<{ readonly faults: number; readonly audit: PayoutAudit }> {
  const last = Math.max(60, wanted * PAYOUTS_PER_FAULT);
  const crew = new Crew(world);
  await crew.start(SENDERS);
  crew.create(last);
  let faults = 0;
  for (let round = 0; faults < wanted; round++) {
    const met = await oneRound(world, crew, { round, last, chance });
    faults += met.count;
    world.say(`${faults} of ${wanted} faults; ${crew.acknowledged.size} payouts acknowledged; ${met.what}`);
  }
  await world.sandbox.order([]);
  for (let index = 0; index < SENDERS; index++) await crew.restart(index);
  await crew.finishCreating(last);
  await untilQuiet(world);
  const { client, funded, cashAccount, fundingAccount } = world;
  const audit = await auditPayouts({
    ...{ client, funded, cashAccount, fundingAccount, database: DATABASE },
    books: await world.sandbox.books(),
    acknowledged: new Set(crew.acknowledged.values()),
  });
  const findings = [...audit.findings, ...(await wrongBooks(world))];
  return { faults, audit: { ...audit, findings } };
}

/** One round: the provider and the database fail while a process dies, and now and then a whole server goes. */
async function oneRound(
  world: PayoutChaosWorld,
  crew: Crew,
  { round, last, chance }: { readonly round: number; readonly last: number; readonly chance: Chance },
): Promise<{ readonly count: number; readonly what: string }> {
  const { sandbox, api } = world;
  const before = await sandbox.faultsMet();
  await sandbox.order(providerFaults(chance, 6));
  await failDatabase(world, chance);
  const index = round % SENDERS;
  const dieAt = SENDER_POINTS[round % SENDER_POINTS.length];
  let what = `a sender died at ${dieAt}`;
  let count = await crew.dieAt(index, { ...(dieAt && { dieAt }), dieAfter: 1 + Math.floor(chance() * 6) });
  await crew.restart(index);
  count += await databaseFaultsMet(world);
  count += (await sandbox.faultsMet()) - before;
  switch (round % 6) {
    case 1:
      what += ', and the creator';
      count += await crew.killCreator(last, chance);
      break;
    case 3:
      what += ', the primary stepped down';
      await stepDown(world);
      count += 1;
      break;
    case 4:
      what += ', the fake was killed';
      await sandbox.kill();
      await pause(chance() * 500);
      await sandbox.start();
      count += 1;
      break;
    case 5:
      what += ', the API was killed';
      await api.kill();
      await api.start();
      count += 1;
      break;
    default:
  }
  return { count, what };
}

async function untilQuiet({ client, say }: PayoutChaosWorld): Promise<void> {
  const payouts = client.db(DATABASE).collection('payouts');
  const until = performance.now() + QUIET_MS_MAX;
  const busy = { state: { $nin: ['paid', 'failed', 'payee_fix', 'voided'] } };
  let left = await payouts.countDocuments(busy);
  while (left > 0 && performance.now() < until) {
    await pause(1_000);
    left = await payouts.countDocuments(busy);
  }
  say(left === 0 ? 'quiet' : `${left} payouts are still under way after ${QUIET_MS_MAX / 1_000} s`);
}

/** All invariants of the ledger over all that is stored. */
async function wrongBooks(world: PayoutChaosWorld): Promise<readonly string[]> {
  try {
    await world.withServices((services) => assertBooks(services));
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
