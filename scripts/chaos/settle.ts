import { audit, bookedPremium, statedPremium, type AuditReport } from './audit.ts';
import { deliver } from './clients.ts';
import { closeAllDays, repairAll } from './tenant.ts';
import type { SentEvent } from './traffic.ts';
import type { World } from './world.ts';

const REPLAY_BATCH = 400;
const FINDINGS_SHOWN = 10;

/** The end of a part: what was promised, what the books hold, and whether one is the other. */
export interface Settlement {
  readonly acknowledged: number;
  /** Acknowledged events that are not stored as sent, and covers that are owed and not there. */
  readonly lost: number;
  readonly duplicated: number;
  /** Sentences: everything found, of whatever kind. Empty when every promise was kept. */
  readonly findings: readonly string[];
}

/**
 * Sends every event once more, which must give the same answers and bring back what a crash had lost; audits the books;
 * closes the days, whose statements and whose booking must come to the recounted premium. `repair`: lets the job bring covers back before that.
 */
export async function settle(world: World, { repair }: { readonly repair: boolean }): Promise<Settlement> {
  const { database, door, tenant, log, say, name } = world;
  if (repair) {
    const { covers, workers, periods } = await repairAll(door);
    say(`${name}: repaired what crashes had lost: ${covers} covers, ${workers} workers, ${periods} periods`);
  }
  await replayAll(world);
  const report = await audit({
    ...{ databaseUri: database.uri, source: tenant.source, policyId: tenant.policyId },
    ...{ sent: log.sent, answers: log.answers },
  });
  await closeAllDays(door, tenant.policyId);
  const stated = await statedPremium(database.uri, tenant.policyId);
  const booked = await bookedPremium(database.uri, tenant.policyId);
  // Nothing needs the database any more, and only a log that nobody writes to can be read to its end.
  const { canaries, careless } = await database.stop();

  const findings = [
    ...report.lost.map((finding) => `lost: ${finding}`),
    ...report.duplicated.map((finding) => `duplicated: ${finding}`),
    ...report.wrong.map((finding) => `wrong: ${finding}`),
    ...log.contradictions.map((finding) => `answered differently: ${finding}`),
    ...log.unexpected.map((finding) => `unexpected answer: ${finding}`),
    ...premiumFindings(report, stated, booked),
    ...careless.map((line) => `written without majority and journal: ${line}`),
    ...(canaries > 0 ? [] : ['the monitor of writes did not report the careless write that it was given']),
  ];
  say(
    `${name}: ${log.acknowledged} acknowledged, ${report.events} events and ${report.covers} covers stored, premium ` +
      `${report.premium.recounted} recounted, ${report.premium.answered} answered, ${stated} stated, ${booked} booked, ` +
      `every write watched, ${careless.length} careless`,
  );
  say(`${name}: ${log.tally()}`);
  for (const finding of findings.slice(0, FINDINGS_SHOWN)) say(`${name}: ${finding}`);
  if (findings.length > FINDINGS_SHOWN) say(`${name}: and ${findings.length - FINDINGS_SHOWN} more`);
  return {
    acknowledged: log.acknowledged,
    lost: report.lost.length,
    duplicated: report.duplicated.length,
    findings,
  };
}

async function replayAll({ poster, log, traffic, chance }: World): Promise<void> {
  const events: SentEvent[] = [...log.sent.values()];
  for (let at = 0; at < events.length; at += REPLAY_BATCH) {
    await deliver({ poster, log, traffic, chance }, events.slice(at, at + REPLAY_BATCH));
  }
}

function premiumFindings({ premium }: AuditReport, stated: number, booked: number): readonly string[] {
  const findings: string[] = [];
  const { recounted, answered } = premium;
  if (answered !== recounted)
    findings.push(`the answers promise a premium of ${answered}, a recount gives ${recounted}`);
  if (stated !== recounted) findings.push(`the statements come to ${stated}, a recount gives ${recounted}`);
  if (booked !== stated) findings.push(`the statements come to ${stated}, the ledger has booked ${booked}`);
  return findings;
}
