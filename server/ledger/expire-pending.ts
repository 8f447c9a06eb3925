import type { Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';
import type { ExpiryDocument, TransferDocument } from './ledger-models.ts';

/** Reservations that are ended together: one flush or two. */
const BATCH = 500;

export interface Expired {
  /** Ended by this call. */
  readonly expired: number;
  /** Ended by somebody else meanwhile. */
  readonly overtaken: number;
  /** Refused for another reason; they come again with the next call. */
  readonly failed: number;
}

/**
 * Ends every reservation whose time is over at `now`, oldest first, in bounded batches (M5: envelopes, guarantees and
 * checkouts expire, claims and payouts never). Safe to call twice, at once, late, or after a crash: a reservation ends once.
 */
export async function expirePending(
  { models, ledger, log }: Pick<Services, 'models' | 'ledger' | 'log'>,
  now: Instant,
): Promise<Expired> {
  const sum = { expired: 0, overtaken: 0, failed: 0 };
  let after: ExpiryDocument | undefined;
  do {
    const due = await models.ledgerExpiries
      .find(dueAfter(after, now))
      .sort({ expiresAt: 1, _id: 1 })
      .limit(BATCH)
      .lean();
    const reservations = await models.transfers
      .find({ _id: { $in: due.map(({ _id }) => _id) } }, { kind: 1, refs: 1 })
      .lean<Pick<TransferDocument, '_id' | 'kind' | 'refs'>[]>();
    const results = await Promise.all(reservations.map((each) => ledger.commit(expiryUnit(each, now))));
    for (const result of results) {
      if (result.status === 'committed') sum.expired += 1;
      // Another one ended it first, or on the other side of midnight.
      else if (result.status === 'replayed' || OVERTAKEN.has(result.code)) sum.overtaken += 1;
      else {
        sum.failed += 1;
        log.error({ at: result.at, code: result.code }, 'A reservation could not be ended.');
      }
    }
    after = due.at(-1);
  } while (after !== undefined);
  return sum;
}

const OVERTAKEN: ReadonlySet<string> = new Set(['already_resolved', 'transfer_id_reused']);

function dueAfter(last: ExpiryDocument | undefined, now: Instant) {
  const due = { $lte: new Date(now) };
  if (last === undefined) return { expiresAt: due };
  const { expiresAt, _id } = last;
  return { expiresAt: due, $or: [{ expiresAt: { $gt: expiresAt } }, { expiresAt, _id: { $gt: _id } }] };
}

function expiryUnit({ _id, kind, refs }: Pick<TransferDocument, '_id' | 'kind' | 'refs'>, now: Instant) {
  const id = `${_id}:expire`;
  // Nothing is posted, so no accountant looks at the day; today's month is always open.
  const effectiveOn = new Date(now).toISOString().slice(0, 10);
  return {
    id,
    transfers: [
      { id, kind, type: 'expire' as const, resolves: _id, effectiveOn, ...(refs === undefined ? {} : { refs }) },
    ],
  };
}
