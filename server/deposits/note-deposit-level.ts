import { depositLevel, type DepositLevel } from '../../programs/deposits/deposit-level.ts';
import { toLong } from '../database/longs.ts';
import { eventWrite } from '../events/event-row.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { Services } from '../services.ts';
import { availableIn, depositAccount, depositId, depositRows } from './deposit-accounts.ts';
import type { DepositDocument } from './deposit-models.ts';

interface WhichDeposit {
  readonly platformId: string;
  readonly currency: string;
}

type LevelServices = Pick<Services, 'ledger' | 'models' | 'database' | 'clock'>;

/**
 * Keeps a deposit's level with what is left of it, and tells its platform once when it falls (`deposit.low`,
 * `deposit.empty`). Of several processes that see the same, one tells. `unpaid`: the price of a day that could not be paid.
 */
export async function noteDepositLevel(
  services: LevelServices,
  which: WhichDeposit,
  { unpaid = 0 }: { readonly unpaid?: number } = {},
): Promise<void> {
  for (;;) {
    const deposit = await depositDocument(services, which);
    const available = await availableIn(services, depositAccount(which.platformId, which.currency));
    // Something may have been paid in since the day was refused.
    const refused = available < unpaid;
    const level = depositLevel(deposit.level, { available, lowBelow: deposit.lowBelow, refused, paidIn: false });
    if (level === deposit.level) return;
    const result = await services.ledger.commit({
      id: `level:${deposit._id}:${deposit.sequence}:${level}`,
      transfers: [],
      writes: levelWrites(deposit, level, available, services.clock.now()),
    });
    if (result.status !== 'refused') return;
    if (result.code !== 'guard_failed') throw new Error(`The level of ${deposit._id} was refused: ${result.message}`);
  }
}

function levelWrites(deposit: DepositDocument, level: DepositLevel, available: number, now: number): UnitWrite[] {
  const told = level !== 'ok';
  const sequence = deposit.sequence + (told ? 1 : 0);
  const { platformId, currency } = deposit;
  const update: UnitWrite = {
    kind: 'update',
    collection: 'deposits',
    id: deposit._id,
    guard: { level: deposit.level, sequence: deposit.sequence },
    update: { $set: { level, sequence } },
  };
  if (!told) return [update];
  const event = eventWrite({
    type: level === 'low' ? 'deposit.low' : 'deposit.empty',
    aggregateId: deposit._id,
    sequence,
    audience: { kind: 'platform', platformId },
    occurredAt: now,
    recordedAt: now,
    data: { platformId, available: { amount: available, currency } },
  });
  return [update, event];
}

/** The document of a deposit; made when it is asked for first. */
export async function depositDocument(
  services: Pick<Services, 'models' | 'database'>,
  { platformId, currency }: WhichDeposit,
): Promise<DepositDocument> {
  const _id = depositId(platformId, currency);
  const fresh = { platformId, currency, level: 'ok', lowBelow: toLong(0), lowBelowSet: false, sequence: 0 };
  await depositRows(services, 'deposits').updateOne({ _id }, { $setOnInsert: fresh }, { upsert: true });
  const deposit = await services.models.deposits.findById(_id).lean();
  if (!deposit) throw new Error(`The deposit ${_id} cannot be read.`);
  return deposit;
}
