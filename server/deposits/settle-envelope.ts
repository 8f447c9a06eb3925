import { minimumCharge } from '../../programs/cover/fold-cover.ts';
import type { DirectTransfer } from '../../programs/ledger/transfer.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import { toLong } from '../database/longs.ts';
import type { Services } from '../services.ts';
import { depositAccount, depositRows, envelopeAccount, prepaidAccount } from './deposit-accounts.ts';
import type { EnvelopeDocument, PrepaidDayDocument } from './deposit-models.ts';
import { utcDay } from './open-envelope.ts';

/** What an envelope paid for, of one policy and product day. */
interface Drawn {
  readonly policyId: string;
  readonly productDay: string;
  readonly covers: number;
  /** Minor units: the least that its covers cost. */
  readonly amount: number;
}

type SettleServices = Pick<Services, 'ledger' | 'models' | 'database' | 'clock' | 'log'>;

/**
 * Closes an envelope by counting the covers that carry its id, each at the least it costs (G21): so much was drawn, the rest
 * goes back to the deposit. What memory said does not count, so it is the same after a crash. Call it only when no cover
 * can come any more. Answers false when it was closed before.
 */
export async function settleEnvelope(services: SettleServices, envelope: EnvelopeDocument): Promise<boolean> {
  const { ledger, clock } = services;
  const { _id: id, platformId, currency, amount } = envelope;
  const now = clock.now();
  const drawn = await drawnFrom(services, envelope);
  const sum = drawn.reduce((total, each) => total + each.amount, 0);
  for (const { policyId, productDay } of drawn)
    await openPrepaidDay(services, { policyId, platformId, productDay, currency });
  const from = { type: 'posted', debit: envelopeAccount(id, currency), effectiveOn: utcDay(now) } as const;
  const byPolicy = new Map<string, number>();
  for (const each of drawn) byPolicy.set(each.policyId, (byPolicy.get(each.policyId) ?? 0) + each.amount);
  const draws = [...byPolicy].map(([policyId, paid]): DirectTransfer => {
    const refs = { platformId, envelopeId: id, policyId };
    const credit = prepaidAccount(policyId, currency);
    return { ...from, id: `${id}:drawn:${policyId}`, kind: 'envelope_drawn', credit, amount: paid, refs };
  });
  const rest: DirectTransfer = {
    ...from,
    id: `${id}:closed`,
    kind: 'envelope_closed',
    credit: depositAccount(platformId, currency),
    amount: amount - sum,
    refs: { platformId, envelopeId: id },
  };
  const closed = {
    state: 'closed',
    closedAt: new Date(now),
    covers: drawn.reduce((total, { covers }) => total + covers, 0),
    drawn: toLong(sum),
    returned: toLong(amount - sum),
  };
  const result = await ledger.commit({
    id: `${id}:close`,
    transfers: sum < amount ? [...draws, rest] : draws,
    writes: [
      { kind: 'update', collection: 'envelopes', id, guard: { state: 'open' }, update: { $set: closed } },
      ...drawn.map((each) => ({
        kind: 'update' as const,
        collection: 'prepaid_days',
        id: dayId(each),
        guard: {},
        update: { $inc: { drawn: toLong(each.amount), revision: 1 }, $set: { due: true } },
      })),
    ],
  });
  if (result.status === 'committed') return true;
  if (result.status === 'replayed' || result.code === 'guard_failed') return false;
  throw new Error(`The envelope ${id} cannot be closed: ${result.message}`);
}

/** The covers that carry the envelope's id. */
async function drawnFrom({ models, log }: SettleServices, envelope: EnvelopeDocument): Promise<readonly Drawn[]> {
  const groups = await models.covers.collection
    .aggregate<{ _id: { policyId: string; productDay: string; product: string }; covers: number }>([
      // The type as well: else the partial index is not used.
      { $match: { envelopeId: { $eq: envelope._id, $type: 'string' } } },
      {
        $group: {
          _id: { policyId: '$policyId', productDay: '$productDay', product: '$product' },
          covers: { $sum: 1 },
        },
      },
      { $sort: { _id: 1 } },
    ])
    .toArray();
  const days = new Map<string, Drawn>();
  let left = envelope.amount;
  for (const { _id, covers } of groups) {
    const { policyId, productDay, product } = _id;
    const terms = productTerms(product);
    if (!terms) throw new Error(`A cover names ${product}, which is not in the catalogue.`);
    const price = minimumCharge(terms).amount * covers;
    // Cover given is never taken back, and an envelope never pays more than it had: the day's close charges the rest.
    if (price > left) log.error({ envelopeId: envelope._id, price, left }, 'an envelope paid for more than it held');
    const amount = Math.min(price, left);
    left -= amount;
    const before = days.get(dayId({ policyId, productDay }));
    days.set(dayId({ policyId, productDay }), {
      policyId,
      productDay,
      covers: covers + (before?.covers ?? 0),
      amount: amount + (before?.amount ?? 0),
    });
  }
  return [...days.values()].filter(({ amount }) => amount > 0);
}

const dayId = ({ policyId, productDay }: Pick<Drawn, 'policyId' | 'productDay'>): string => `${policyId}/${productDay}`;

/** The document of a prepaid day; made when it is asked for first. */
export async function openPrepaidDay(
  services: Pick<Services, 'models' | 'database'>,
  day: Pick<PrepaidDayDocument, 'policyId' | 'platformId' | 'productDay' | 'currency'>,
): Promise<PrepaidDayDocument> {
  const _id = dayId(day);
  const zero = toLong(0);
  const sums = { owed: zero, drawn: zero, applied: zero, returned: zero, charged: zero };
  const fresh = { ...day, ...sums, due: false, revision: 0 };
  await depositRows(services, 'prepaid_days').updateOne({ _id }, { $setOnInsert: fresh }, { upsert: true });
  const stored = await services.models.prepaidDays.findById(_id).lean();
  if (!stored) throw new Error(`The prepaid day ${_id} cannot be read.`);
  return stored;
}
