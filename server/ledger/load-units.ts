import type { ClientSession, Db, Document } from 'mongodb';
import { emptyState, type LedgerState, type PendingTransfer } from '../../programs/ledger/ledger-state.ts';
import { guardedFields } from './guards.ts';
import type { AccountDocument, RefusalDocument, TransferDocument } from './ledger-models.ts';
import type { UnitWrite } from './ledger.ts';
import type { PreparedUnit } from './prepare-unit.ts';

/** All that decides some units, as of the transaction's moment. */
export interface LoadedUnits {
  readonly state: LedgerState;
  /** By `<collection>/<_id>`: the documents that units would write and that are there. */
  readonly documents: ReadonlyMap<string, Document>;
}

/** The one document that the query of a flush returns. */
interface Found {
  readonly accounts?: readonly AccountDocument[];
  readonly transfers?: readonly Pick<TransferDocument, '_id' | 'hash' | 'unitId'>[];
  readonly pending?: readonly (Reservation & { readonly _id: string })[];
  readonly resolvers?: readonly { readonly _id: string; readonly resolves: string }[];
  readonly refusals?: readonly RefusalDocument[];
  readonly months?: readonly { readonly _id: string }[];
  /** By the name of the collection: documents that units would write. */
  readonly documents?: Readonly<Record<string, readonly Document[]>>;
}

type Reservation = Pick<TransferDocument, 'debit' | 'credit' | 'amount' | 'expiresAt'>;

export interface LoadUnits {
  /** Which of the units' transfers are booked already; without it they count as new. */
  readonly booked: boolean;
}

/** Reads it in one query; one more where pending transfers are resolved, for their accounts. */
export async function loadUnits(
  db: Db,
  session: ClientSession,
  units: readonly PreparedUnit[],
  { booked }: LoadUnits,
): Promise<LoadedUnits> {
  const transfers = units.flatMap((unit) => unit.transfers.map(({ transfer }) => transfer));
  const ids = transfers.map(({ id }) => id);
  const resolves = transfers.flatMap((transfer) => ('resolves' in transfer ? [transfer.resolves] : []));
  const accounts = transfers.flatMap((transfer) => ('resolves' in transfer ? [] : [transfer.debit, transfer.credit]));
  const months = transfers.map(({ effectiveOn }) => effectiveOn.slice(0, 7));
  // A transaction takes one command after the other, so each would cost a round trip; it refuses $unionWith.
  const [found = {}] = await db
    .aggregate<Found>(
      [
        { $documents: [{}] },
        ...lookUp({ as: 'accounts', from: 'ledger_accounts', values: accounts }),
        ...lookUp({
          ...{ as: 'transfers', from: 'ledger_transfers', values: booked ? ids : [] },
          fields: { hash: 1, unitId: 1 },
        }),
        ...lookUp({
          ...{ as: 'pending', from: 'ledger_transfers', values: resolves, also: { type: 'pending' } },
          fields: { debit: 1, credit: 1, amount: 1, expiresAt: 1 },
        }),
        ...lookUp({
          ...{ as: 'resolvers', from: 'ledger_transfers', field: 'resolves', values: resolves },
          fields: { resolves: 1 },
        }),
        ...lookUp({ as: 'refusals', from: 'ledger_refusals', values: ids }),
        ...lookUp({ as: 'months', from: 'ledger_months', values: months, fields: { _id: 1 } }),
        ...lookUpDocuments(units.flatMap(({ unit }) => unit.writes ?? [])),
      ],
      { session },
    )
    .toArray();

  const loaded = collect(found);
  const named = new Set(accounts);
  const missing = [...loaded.state.pending.values()]
    .flatMap(({ debit, credit }) => [debit, credit])
    .filter((id) => !named.has(id));
  if (missing.length > 0) {
    const more = db
      .collection<AccountDocument>('ledger_accounts')
      .find({ _id: { $in: [...new Set(missing)] } }, { session, batchSize: BATCH_SIZE });
    addAccounts(loaded.state, await more.toArray());
  }
  return loaded;
}

/** More than one flush finds: all of it comes with the first answer. */
const BATCH_SIZE = 100_000;

function collect(found: Found): LoadedUnits {
  const { accounts = [], transfers = [], pending = [], resolvers = [], refusals = [], months = [] } = found;
  const state = emptyState(months.map(({ _id }) => _id));
  addAccounts(state, accounts);
  for (const { _id, hash, unitId } of transfers) state.transfers.set(_id, { hash, unitId });
  const resolvedBy = new Map(resolvers.map(({ _id, resolves }) => [resolves, _id]));
  for (const reservation of pending) {
    state.pending.set(reservation._id, pendingOf(reservation, resolvedBy.get(reservation._id)));
  }
  for (const { _id, hash, unitId, code, message, at } of refusals) {
    state.refusals.set(_id, { hash, unitId, refusal: { code, message, ...(at === undefined ? {} : { at }) } });
  }
  return { state, documents: documentsOf(found.documents ?? {}) };
}

function addAccounts(state: LedgerState, accounts: readonly AccountDocument[]): void {
  for (const account of accounts) state.accounts.set(account._id, account);
}

const documentsOf = (found: NonNullable<Found['documents']>): Map<string, Document> =>
  new Map(
    Object.entries(found).flatMap(([name, list]) =>
      list.map((document): [string, Document] => [`${name}/${String(document['_id'])}`, document]),
    ),
  );

const pendingOf = (
  { debit, credit, amount, expiresAt }: Reservation,
  resolvedBy: string | undefined,
): PendingTransfer => ({
  debit,
  credit,
  amount,
  ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.getTime() }),
  ...(resolvedBy === undefined ? {} : { resolvedBy }),
});

/** Documents of another collection as a list under that name: those whose `field` is one of the values. */
interface Wanted {
  readonly as: string;
  readonly from: string;
  /** Default `_id`. */
  readonly field?: string;
  readonly values: readonly string[];
  /** Default all. */
  readonly fields?: Document;
  readonly also?: Document;
}

/** Nothing is asked where no value is wanted. */
function lookUp({ as, from, field = '_id', values, fields, also }: Wanted): Document[] {
  if (values.length === 0) return [];
  const match = { $match: { [field]: { $in: [...new Set(values)] }, ...also } };
  const pipeline = fields === undefined ? [match] : [match, { $project: fields }];
  return [{ $lookup: { from, pipeline, as } }];
}

/** The documents that are to be written, with the fields that their guards ask about. */
function lookUpDocuments(writes: readonly UnitWrite[]): Document[] {
  const collections = new Map<string, { ids: string[]; fields: Document }>();
  for (const write of writes) {
    const asked = collections.get(write.collection) ?? { ids: [], fields: { _id: 1 } };
    collections.set(write.collection, asked);
    asked.ids.push(write.kind === 'update' ? write.id : write.document._id);
    if (write.kind === 'update') for (const field of guardedFields(write.guard)) asked.fields[field] = 1;
  }
  return [...collections].flatMap(([name, { ids, fields }]) =>
    lookUp({ as: `documents.${name}`, from: name, values: ids, fields }),
  );
}
