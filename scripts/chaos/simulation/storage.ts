import type { Document } from 'mongodb';
import { pino } from 'pino';
import type { Payout } from '../../../programs/payouts/payout.ts';
import type { PayoutState } from '../../../programs/payouts/payout-states.ts';
import type { Database } from '../../../server/database/connect.ts';
import { openModels, type Models } from '../../../server/database/models.ts';
import type { Ledger } from '../../../server/ledger/ledger.ts';
import { openLedger } from '../../../server/ledger/open-ledger.ts';
import { MemoryLedger } from '../../../server/ledger/testing/memory-ledger.ts';
import { openSentLog, type SentLog } from '../../../server/payments/stripe/sent-log.ts';
import { mongoPayoutStore, RECONCILABLE, SENDABLE } from '../../../server/payouts/mongo-payout-store.ts';
import type { PayoutStore } from '../../../server/payouts/payout-deps.ts';
import { payoutOf } from '../../../server/payouts/payout-document.ts';
import { MemoryPayoutStore, type PayoutView } from './memory-payout-store.ts';
import type { VirtualTime } from './virtual-time.ts';

const COLLECTIONS = ['payouts', 'ledger_transfers', 'ledger_accounts', 'events'] as const;

/** What is stored, as plain documents, for the auditor. */
export type StoredBooks = Readonly<Record<(typeof COLLECTIONS)[number], readonly Document[]>>;

/** Where a wave keeps its books. */
export interface Storage {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly payouts: PayoutStore & PayoutView;
  readonly sentLog: SentLog;
  read(): Promise<StoredBooks>;
}

/** The production decision of the ledger, in memory: what happens is the same every time. */
export function memoryStorage(time: VirtualTime): Storage {
  const memory = new MemoryLedger(time);
  const payouts = new MemoryPayoutStore(memory);
  const recipients = new Map<string, readonly string[]>();
  const keys = new Set<string>();
  const rows = (name: string): readonly Document[] => [...memory.documents.collection(name).values()];
  return {
    ledger: payouts.ledger,
    payouts,
    sentLog: {
      async note({ payoutId, idempotencyKey }, recipient) {
        keys.add(`${payoutId} ${idempotencyKey}`);
        const known = recipients.get(payoutId) ?? [];
        if (!known.includes(recipient)) recipients.set(payoutId, [...known, recipient]);
      },
      mayHaveSent: async ({ payoutId, idempotencyKey }) => keys.has(`${payoutId} ${idempotencyKey}`),
      recipientsOf: async (payoutId) => recipients.get(payoutId) ?? [],
    },
    read: async () => booksBy(rows),
  };
}

/** The ledger and the store of production over a database; virtual time waits for them. */
export function databaseStorage(database: Database, time: VirtualTime): Storage {
  const models = openModels(database.connection);
  const ledger = openLedger({ database, clock: time, log: pino({ level: 'silent' }) });
  const payouts = mongoPayoutStore(models);
  const sentLog = openSentLog(models);
  return {
    ledger: { commit: (unit) => time.outside(() => ledger.commit(unit)) },
    payouts: {
      byId: (id) => time.outside(() => payouts.byId(id)),
      due: (now, limit) => time.outside(() => payouts.due(now, limit)),
      toReconcile: (now, limit) => time.outside(() => payouts.toReconcile(now, limit)),
      awaitingFunds: (after, limit) => time.outside(() => payouts.awaitingFunds(after, limit)),
      isAwaited: (account) => time.outside(() => payouts.isAwaited(account)),
      waitingFor: (payeeId, limit) => time.outside(() => payouts.waitingFor(payeeId, limit)),
      counted: (group) => time.outside(() => payouts.counted(group)),
      available: (account) => time.outside(() => payouts.available(account)),
      inState: (state) => time.outside(() => inState(models, state)),
      nextDueAt: () => time.outside(() => nextDueAt(models)),
    },
    sentLog: {
      note: (order, recipient) => time.outside(() => sentLog.note(order, recipient)),
      mayHaveSent: (order) => time.outside(() => sentLog.mayHaveSent(order)),
      recipientsOf: (payoutId) => time.outside(() => sentLog.recipientsOf(payoutId)),
    },
    async read() {
      const rows = new Map<string, readonly Document[]>();
      for (const name of COLLECTIONS) rows.set(name, await database.db.collection(name).find().toArray());
      return booksBy((name) => rows.get(name) ?? []);
    },
  };
}

async function inState(models: Pick<Models, 'payouts'>, state: PayoutState): Promise<readonly Payout[]> {
  const found = await models.payouts.find({ state }).sort({ stateSince: 1, _id: 1 }).lean();
  return found.map(payoutOf);
}

async function nextDueAt({ payouts }: Pick<Models, 'payouts'>): Promise<number | undefined> {
  const states = [...SENDABLE, ...RECONCILABLE];
  const first = await payouts
    .findOne({ state: { $in: states }, nextAt: { $ne: null } })
    .sort({ nextAt: 1 })
    .lean();
  return first?.nextAt?.getTime();
}

function booksBy(rows: (name: (typeof COLLECTIONS)[number]) => readonly Document[]): StoredBooks {
  return {
    payouts: rows('payouts'),
    ledger_transfers: rows('ledger_transfers'),
    ledger_accounts: rows('ledger_accounts'),
    events: rows('events'),
  };
}
