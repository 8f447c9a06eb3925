import { settlePrepaidDay, type PrepaidMoves } from '../../programs/deposits/settle-prepaid-day.ts';
import type { DirectTransfer } from '../../programs/ledger/transfer.ts';
import { toLong } from '../database/longs.ts';
import type { ReceivableDocument } from '../invoices/receivable-model.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { Services } from '../services.ts';
import { availableIn, depositAccount, prepaidAccount, receivableAccount } from './deposit-accounts.ts';
import type { PrepaidDayDocument } from './deposit-models.ts';
import { noteDepositLevel } from './note-deposit-level.ts';
import { utcDay } from './open-envelope.ts';
import { openPrepaidDay } from './settle-envelope.ts';

type DayServices = Pick<Services, 'ledger' | 'models' | 'database' | 'clock' | 'log'>;

/** Settles every prepaid day that has an unsettled statement, or drawn money that nothing more will be charged for. */
export async function settlePrepaidDays(services: DayServices): Promise<{ settled: number; failed: number }> {
  const { models, log } = services;
  const fields = { platformId: 1, policyId: 1, productDay: 1, currency: 1 };
  const [charged, drawn] = await Promise.all([
    // A policy is named, if only as any: so the index of what is unsettled is used.
    models.receivables.find({ policyId: { $gt: '' }, settled: null }, fields).lean(),
    models.prepaidDays
      .find({ _id: { $gt: '' }, due: true }, fields)
      .hint('_id_1_due_1')
      .lean(),
  ]);
  const days = new Map(
    [...charged, ...drawn].map(({ platformId, policyId, productDay, currency }) => [
      `${policyId}/${productDay}`,
      { platformId, policyId, productDay, currency },
    ]),
  );
  let settled = 0;
  let failed = 0;
  for (const [periodId, day] of days) {
    try {
      if (await settleDay(services, day)) settled += 1;
    } catch (error) {
      failed += 1;
      log.error({ err: error, periodId }, 'a prepaid day was not settled; it stays due');
    }
  }
  return { settled, failed };
}

type WhichDay = Pick<PrepaidDayDocument, 'policyId' | 'platformId' | 'productDay' | 'currency'>;

/** False when nothing can be settled yet, or another process did. */
async function settleDay(services: DayServices, which: WhichDay): Promise<boolean> {
  const { ledger, models, clock } = services;
  const { policyId, productDay, platformId, currency } = which;
  const now = clock.now();
  const period = await models.periods.findOne({ policyId, productDay }).lean();
  if (!period || period.closing) return false;
  // While an envelope is open, what it has drawn for the day is not known.
  const openedAt = { $lte: period.cutOffAt ?? new Date(0) };
  if (await models.envelopes.exists({ platformId, currency, state: 'open', openedAt })) return false;
  const day = await openPrepaidDay(services, which);
  const receivables = await models.receivables
    .find({ policyId, productDay, settled: null })
    .sort({ issuedAt: 1 })
    .lean();
  const dayOver = period.state === 'closed';
  if (receivables.length === 0 && !(day.due && dayOver)) return false;
  const added = receivables.reduce((sum, { total }) => sum + total, 0);
  const depositAvailable = await availableIn(services, depositAccount(platformId, currency));
  const moves = settlePrepaidDay(day, added, { depositAvailable, dayOver });
  const result = await ledger.commit({
    id: `prepaid:${day._id}:${day.revision}`,
    transfers: transfersOf(day, moves, utcDay(now)),
    writes: writesOf(day, added, moves, dayOver, receivables),
  });
  if (result.status === 'refused' && result.code !== 'guard_failed') {
    if (result.code !== 'exceeds_funds' && result.code !== 'transfer_id_refused') {
      throw new Error(`The prepaid day ${day._id} was refused: ${result.message}`);
    }
    // Covers took from the deposit meanwhile. The ids stay refused (M2): the next attempt is another revision, also where
    // a process died between the two.
    await models.prepaidDays.updateOne({ _id: day._id, revision: day.revision }, { $inc: { revision: 1 } });
    return false;
  }
  if (result.status === 'committed' && moves.charge > 0) {
    await noteDepositLevel(services, { platformId, currency });
  }
  return result.status === 'committed';
}

function transfersOf(day: PrepaidDayDocument, moves: PrepaidMoves, effectiveOn: string): readonly DirectTransfer[] {
  const { policyId, platformId, productDay, currency, revision } = day;
  const deposit = depositAccount(platformId, currency);
  const prepaid = prepaidAccount(policyId, currency);
  const receivable = receivableAccount(policyId, currency);
  const rows = [
    { kind: 'prepaid_applied', debit: prepaid, credit: receivable, amount: moves.apply },
    { kind: 'prepaid_returned', debit: prepaid, credit: deposit, amount: moves.giveBack },
    { kind: 'deposit_charged', debit: deposit, credit: receivable, amount: moves.charge },
    { kind: 'deposit_credited', debit: receivable, credit: deposit, amount: moves.credit },
  ] as const;
  return rows
    .filter(({ amount }) => amount > 0)
    .map((row) => ({
      ...row,
      id: `prepaid:${day._id}:${revision}:${row.kind}`,
      type: 'posted',
      effectiveOn,
      refs: { platformId, policyId, productDay },
    }));
}

function writesOf(
  day: PrepaidDayDocument,
  added: number,
  moves: PrepaidMoves,
  dayOver: boolean,
  receivables: readonly ReceivableDocument[],
): readonly UnitWrite[] {
  const sums = {
    owed: toLong(day.owed + added),
    applied: toLong(day.applied + moves.apply),
    returned: toLong(day.returned + moves.giveBack),
    charged: toLong(day.charged + moves.charge - moves.credit),
  };
  return [
    {
      kind: 'update',
      collection: 'prepaid_days',
      id: day._id,
      // An envelope that was closed meanwhile has raised the revision.
      guard: { revision: day.revision },
      update: { $set: { ...sums, due: !dayOver, revision: day.revision + 1 } },
    },
    ...shares(receivables, moves.invoiced).map(({ _id, settled }): UnitWrite => {
      const update = { $set: { settled: toLong(settled) } };
      return { kind: 'update', collection: 'receivables', id: _id, guard: { settled: null }, update };
    }),
  ];
}

/** What is left to be billed of each statement; the oldest are settled first. Its sum is `invoiced`. */
function shares(
  receivables: readonly ReceivableDocument[],
  invoiced: number,
): readonly { readonly _id: string; readonly settled: number }[] {
  let left = invoiced;
  return receivables.toReversed().map(({ _id, total }) => {
    const billed = left < 0 ? Math.max(Math.min(0, total), left) : Math.min(Math.max(0, total), left);
    left -= billed;
    return { _id, settled: total - billed };
  });
}
