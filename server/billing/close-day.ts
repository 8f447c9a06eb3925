import type { Instant } from '../../programs/calendar.ts';
import type { Money } from '../../programs/money.ts';
import { statementLines, type DeclaredLines } from '../../programs/cover/statement-lines.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import { bordereauLines, carriersOf, type NewBordereauLine } from '../bordereaux/make-lines.ts';
import { toLong } from '../database/longs.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Services } from '../services.ts';
import { bordereauLineRows, statementLineRows } from './billing-rows.ts';
import { CLOSE_LEASE_MS, LeaseLost, recordProgress, takeClose, type HeldPeriod } from './close-lease.ts';
import { dayCovers, type DayCover } from './day-covers.ts';
import { finishClose } from './finish-close.ts';
import { foldCovers } from './fold-covers.ts';
import { periodFor } from './period-for.ts';
import type { Closing, PeriodDocument } from './period-model.ts';
import { whenDue } from './when-due.ts';

export interface CloseDay {
  readonly actor: ActorOf<'operator'>;
  readonly policyId: string;
  /** `YYYY-MM-DD` */
  readonly productDay: string;
  /** Close before it is due, and fold every cover, not only those with late events. */
  readonly force: boolean;
}

export type CloseResult =
  | { readonly status: 'issued'; readonly statementId: string; readonly lineCount: number; readonly total: Money }
  /** All that is known was charged before: no statement. */
  | { readonly status: 'nothing_new' }
  | { readonly status: 'not_due'; readonly dueAt: number }
  /** Another process is closing this day; should it die, the close can be taken over at `untilAt`. */
  | { readonly status: 'busy'; readonly untilAt: number };

/** What a test may do between the steps of a close: throwing is dying there. */
export interface CloseHooks {
  readonly after?: (step: 'taken' | 'batch' | 'finished') => Promise<void>;
  /** Workers in one batch; default 500. */
  readonly batchSize?: number;
}

/**
 * Closes a product day of a policy (G18): issues a statement over what the covers' folds charge less the lines already
 * issued, or nothing when there is nothing new. Exactly once, however many processes try and wherever one dies: how is
 * told in README.md. Memory is bounded by a batch of workers.
 *
 * Throws `not_found` `period_not_found` when no event ever named the day, `wrong_credentials` for anybody but an operator.
 */
export async function closeDay(services: Services, command: CloseDay, hooks: CloseHooks = {}): Promise<CloseResult> {
  const { actor, policyId, productDay, force } = command;
  if (actor.kind !== 'operator')
    throw new Refusal('forbidden', 'wrong_credentials', 'Only an operator closes product days.');
  const now = services.clock.now();
  const period = await periodFor(services, policyId, productDay);
  if (!period.closing) {
    if (!force && period.state === 'closed') return { status: 'nothing_new' };
    const dueAt = force ? now : await whenDue(services, period);
    if (dueAt > now) return { status: 'not_due', dueAt };
  }
  const held = await takeClose(services, period, { now, all: force });
  if (!held) return heldElsewhere(services, period, now);
  try {
    await hooks.after?.('taken');
    const closing = await issueLines(services, held, hooks);
    const result = await finishClose(services, period, closing);
    await hooks.after?.('finished');
    services.log.info(
      { policyId, productDay, actor: actorName(actor), resumed: held.resumed, ...result },
      'day closed',
    );
    return result;
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    return heldElsewhere(services, period, now);
  }
}

/** Another process took the close, or has just finished it. */
async function heldElsewhere({ models }: Services, { _id }: PeriodDocument, now: number): Promise<CloseResult> {
  const period = await models.periods.findById(_id).lean();
  if (!period?.closing && period?.state === 'closed') return { status: 'nothing_new' };
  return { status: 'busy', untilAt: period?.closing?.leaseUntil.getTime() ?? now };
}

/** Folds the day batch by batch; each batch's lines and the progress are one transaction. */
async function issueLines(services: Services, held: HeldPeriod, hooks: CloseHooks): Promise<Closing> {
  const { period } = held;
  let { closing } = held;
  const { policyId, productDay } = period;
  const query = {
    policyId,
    productDay,
    ...(closing.sinceAt && { sinceAt: closing.sinceAt }),
    afterWorkerId: closing.afterWorkerId,
    batchSize: hooks.batchSize ?? 500,
  };
  for await (const covers of dayCovers(services, query)) {
    const now = services.clock.now();
    const { declared, bordereau } = await newLines(services, closing, policyId, covers, now);
    closing = advanced(closing, covers, declared, now);
    await inTransaction(services.database, async (session) => {
      await recordProgress(services, period, closing, session);
      if (declared.lines.length === 0) return;
      const documents = declared.lines.map((line) => ({
        ...line,
        _id: `${line.coverId}:${line.revision}`,
        statementId: closing.statementId,
        amount: toLong(line.amount),
      }));
      await statementLineRows(services).insertMany(documents, { session });
      await bordereauLineRows(services).insertMany(bordereau, { session });
    });
    await hooks.after?.('batch');
  }
  return closing;
}

interface NewLines {
  readonly declared: DeclaredLines;
  /** The same lines as the carrier is told them. */
  readonly bordereau: NewBordereauLine[];
}

async function newLines(
  services: Services,
  { statementId }: Closing,
  policyId: string,
  covers: readonly DayCover[],
  now: Instant,
): Promise<NewLines> {
  const coverIds = covers.map(({ coverId }) => coverId);
  const [folded, issued, carriers] = await Promise.all([
    foldCovers(services, covers, now),
    services.models.statementLines
      .find({ coverId: { $in: coverIds } }, { coverId: 1, revision: 1, quantity: 1, amount: 1, currency: 1 })
      .lean(),
    carriersOf(services, policyId),
  ]);
  const declared = statementLines(folded, issued);
  const terms = new Map(folded.map((cover) => [cover.terms.coverId, cover.terms]));
  const charged = declared.lines.map((line) => {
    const cover = terms.get(line.coverId);
    if (!cover) throw new Error(`A line charges ${line.coverId}, which was not folded.`);
    return { line, cover };
  });
  return { declared, bordereau: bordereauLines(statementId, carriers, charged) };
}

function advanced(closing: Closing, covers: readonly DayCover[], declared: DeclaredLines, now: number): Closing {
  const currency = closing.currency ?? declared.lines[0]?.currency;
  for (const line of declared.lines) {
    if (line.currency !== currency) {
      throw new Error(`A statement in ${currency} met a cover charged in ${line.currency}: ${line.coverId}.`);
    }
  }
  return {
    ...closing,
    leaseUntil: new Date(now + CLOSE_LEASE_MS),
    afterWorkerId: covers.at(-1)?.workerId ?? closing.afterWorkerId,
    lineCount: closing.lineCount + declared.lineCount,
    amount: closing.amount + declared.amount,
    ...(currency !== undefined && { currency }),
  };
}
