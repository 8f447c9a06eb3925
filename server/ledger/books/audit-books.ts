import type { Instant } from '../../../programs/calendar.ts';
import type { Breach } from '../../../programs/ledger/invariants.ts';
import type { Services } from '../../services.ts';
import { auditAccounts } from './audit-accounts.ts';
import { auditClearing, auditTotals } from './audit-balances.ts';
import { auditBlocks, auditMonths } from './audit-blocks.ts';
import { auditAmountTypes, auditRefusals, auditResolvers } from './audit-documents.ts';
import { auditPrograms } from './audit-programs.ts';
import { auditSnapshot } from './audit-snapshot.ts';
import { BreachLog } from './breach-log.ts';
import { inOneMoment, viewOf } from './read-ledger.ts';

export interface BookAudit {
  readonly breaches: readonly Breach[];
  /** Breaches beyond those that are listed. */
  readonly left: number;
  readonly transferCount: number;
}

/**
 * The full check: every invariant over everything that is stored, changing nothing. Memory does not grow with the ledger.
 * What can change is read as of one moment; transfers and blocks never do, or that is what is found.
 */
export async function auditBooks(
  { database }: Pick<Services, 'database'>,
  { now }: { readonly now: Instant },
): Promise<BookAudit> {
  const { db } = database;
  const log = new BreachLog();
  const transferCount = await auditAccounts(database, log);
  await inOneMoment(database, async (view) => {
    await log.addAll(auditTotals(view));
    await log.addAll(auditClearing(view, now));
    await log.addAll(auditPrograms(view));
  });
  const view = viewOf(db);
  await log.addAll(auditAmountTypes(view));
  await log.addAll(auditResolvers(view));
  await log.addAll(auditRefusals(view));
  await log.addAll(auditBlocks(db, { after: 0 }));
  await log.addAll(auditMonths(db));
  await log.addAll(auditSnapshot(view));
  return { breaches: log.breaches, left: log.left, transferCount };
}
