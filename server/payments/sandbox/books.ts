import type { EffectRow, OutboundStatus } from './rows.ts';
import type { Store } from './store.ts';

export interface BookedEffect extends EffectRow {
  /** Of an outbound payment its state; of a transfer `posted` or `returned`; else `posted`. */
  readonly status: OutboundStatus;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Books {
  readonly balances: readonly { readonly currency: string; readonly available: number; readonly pending: number }[];
  /** Everything that moved because somebody asked, oldest first. */
  readonly effects: readonly BookedEffect[];
  /** How often money went out for each payout, whatever the key was (M11): failed, canceled and returned ones do not count. */
  readonly sentByPayout: Readonly<Record<string, number>>;
  /** Payouts for which money went out more than once. */
  readonly doubled: readonly string[];
  /** Sentences about what does not add up; empty when the books are right. */
  readonly breaches: readonly string[];
}

const GONE: ReadonlySet<OutboundStatus> = new Set(['failed', 'canceled', 'returned']);

/** The sandbox's own books, to be compared with those of whoever uses it. */
export function booksOf(store: Store): Books {
  const effects = store.list('effect').map((effect) => ({ ...effect, ...stateOf(store, effect) }));
  const sent = new Map<string, number>();
  for (const { kind, businessKey, status } of effects) {
    if (businessKey === null || (kind !== 'outbound_payment' && kind !== 'transfer')) continue;
    sent.set(businessKey, (sent.get(businessKey) ?? 0) + (GONE.has(status) ? 0 : 1));
  }
  return {
    balances: store.list('balance').map(({ id, available, pending }) => ({ currency: id, available, pending })),
    effects,
    sentByPayout: Object.fromEntries(sent),
    doubled: [...sent].filter(([, count]) => count > 1).map(([payout]) => payout),
    breaches: [...checkBalances(store), ...checkSources(store)],
  };
}

function stateOf(store: Store, { id, kind }: EffectRow): Pick<BookedEffect, 'status' | 'metadata'> {
  switch (kind) {
    case 'outbound_payment': {
      const { status = 'processing', metadata = {} } = store.get('outbound_payment', id) ?? {};
      return { status, metadata };
    }
    case 'transfer': {
      const { reversed = false, metadata = {} } = store.get('transfer', id) ?? {};
      return { status: reversed ? 'returned' : 'posted', metadata };
    }
    case 'charge':
    case 'refund':
      return { status: 'posted', metadata: store.get(kind, id)?.metadata ?? {} };
  }
}

/** Each balance is the sum of its transactions. */
function checkBalances(store: Store): string[] {
  const sums = new Map<string, { available: number; pending: number }>();
  const breaches: string[] = [];
  for (const { id, amount, fee, net, currency, status } of store.list('balance_transaction')) {
    if (net !== amount - fee) breaches.push(`${id}: net ${net} is not amount ${amount} less fee ${fee}.`);
    const sum = sums.get(currency) ?? { available: 0, pending: 0 };
    sum[status] += net;
    sums.set(currency, sum);
  }
  for (const { id, available, pending } of store.list('balance')) {
    const sum = sums.get(id) ?? { available: 0, pending: 0 };
    if (sum.available !== available || sum.pending !== pending) {
      breaches.push(
        `${id}: the balance is ${available} and ${pending} pending, its transactions add up to ${sum.available} and ${sum.pending}.`,
      );
    }
  }
  return breaches;
}

/** Each object moved exactly what its state says. */
function checkSources(store: Store): string[] {
  const movedBy = new Map<string, number>();
  for (const { source, amount } of store.list('balance_transaction')) {
    movedBy.set(source, (movedBy.get(source) ?? 0) + amount);
  }
  const breaches: string[] = [];
  const expect = (id: string, amount: number): void => {
    const moved = movedBy.get(id) ?? 0;
    if (moved !== amount) breaches.push(`${id}: moved ${moved}, should have moved ${amount}.`);
  };
  for (const { id, paid, amount } of store.list('charge')) expect(id, paid ? amount : 0);
  for (const { id, amount } of store.list('refund')) expect(id, -amount);
  for (const { id, amount } of store.list('transfer')) expect(id, -amount);
  for (const { id, amount } of store.list('transfer_reversal')) expect(id, amount);
  for (const { id, amount, status } of store.list('dispute')) expect(id, status === 'won' ? 0 : -amount);
  for (const { id, amount, status } of store.list('outbound_payment')) expect(id, GONE.has(status) ? 0 : -amount.value);
  return breaches;
}
