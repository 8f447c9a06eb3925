import type { Instant } from '../../../programs/calendar.ts';
import type { Payout } from '../../../programs/payouts/payout.ts';
import type { PayoutState } from '../../../programs/payouts/payout-states.ts';
import type { Ledger } from '../../../server/ledger/ledger.ts';
import type { MemoryLedger } from '../../../server/ledger/testing/memory-ledger.ts';
import { headroom, RECONCILABLE, SENDABLE, WAITING } from '../../../server/payouts/mongo-payout-store.ts';
import type { Count, CountGroup, PayoutStore } from '../../../server/payouts/payout-deps.ts';
import { PAYOUT_COUNTERS, PAYOUTS, payoutOf, type PayoutDocument } from '../../../server/payouts/payout-document.ts';
import { DueQueue } from '../../../server/payments/sandbox/due-queue.ts';
import type { AccountDocument } from '../../../server/ledger/ledger-models.ts';

/** What persons and jobs look through, beside what the use cases ask. */
export interface PayoutView {
  /** In order of their first arrival in that state. */
  inState(state: PayoutState): Promise<readonly Payout[]>;
  /** When the first one is to be looked at again; undefined when none is. */
  nextDueAt(): Promise<Instant | undefined>;
}

/**
 * The payouts of a ledger in memory, found by small indexes that follow each commit: commit through `ledger`. Lists are
 * in the same order as the database's, equals in order of writing.
 */
export class MemoryPayoutStore implements PayoutStore, PayoutView {
  readonly #ledger: MemoryLedger;
  readonly #byState = new Map<string, Set<string>>();
  readonly #byPayee = new Map<string, Set<string>>();
  readonly #byHolder = new Map<string, Set<string>>();
  readonly #stateOf = new Map<string, string>();
  readonly #queues = { send: new DueQueue(), reconcile: new DueQueue() };

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger;
  }

  /** The ledger, with the indexes following. */
  readonly ledger: Pick<Ledger, 'commit'> = {
    commit: async (unit) => {
      const result = await this.#ledger.commit(unit);
      if (result.status !== 'committed') return result;
      for (const write of unit.writes ?? []) {
        if (write.collection === PAYOUTS) this.#file(write.kind === 'update' ? write.id : write.document._id);
      }
      return result;
    },
  };

  async byId(payoutId: string): Promise<Payout | undefined> {
    const found = this.#documents().get(payoutId);
    return found && payoutOf(found);
  }

  async due(now: Instant, limit: number): Promise<readonly Payout[]> {
    return this.#due(this.#queues.send, SENDABLE, now, limit);
  }

  async toReconcile(now: Instant, limit: number): Promise<readonly Payout[]> {
    return this.#due(this.#queues.reconcile, RECONCILABLE, now, limit);
  }

  async awaitingFunds(after: Pick<Payout, 'decidedAt' | 'id'> | undefined, limit: number): Promise<readonly Payout[]> {
    const all = (await this.inState('awaiting_funds')).toSorted(inOrderOfDecision);
    return all.filter((payout) => after === undefined || inOrderOfDecision(payout, after) > 0).slice(0, limit);
  }

  async waitingFor(payeeId: string, limit: number): Promise<readonly Payout[]> {
    const all = this.#payouts(this.#byPayee.get(payeeId)).filter(({ state }) => isOneOf(state, WAITING));
    return all.sort((a, b) => a.decidedAt - b.decidedAt).slice(0, limit);
  }

  async isAwaited(fundingAccount: string): Promise<boolean> {
    const waiting = this.#payouts(this.#byState.get('awaiting_funds'));
    return waiting.some((payout) => payout.fundingAccount === fundingAccount);
  }

  async counted({ holderId, claimId, since, currency, counterIds }: CountGroup): Promise<Count> {
    const versions = counterIds.map((id) => {
      const counter = this.#ledger.documents.get(`${PAYOUT_COUNTERS}/${id}`);
      return [id, Number(counter?.['version'] ?? 0)] as const;
    });
    const candidates = claimId === null ? (this.#byHolder.get(holderId ?? '') ?? []) : [...this.#documents().keys()];
    const total = this.#payouts(candidates)
      .filter((payout) => {
        const { state, amount, decidedAt } = payout;
        if (state === 'voided' || state === 'returned' || amount.currency !== currency) return false;
        if (claimId !== null && payout.claimId === claimId) return true;
        return payout.holderId === holderId && decidedAt >= since;
      })
      .reduce((sum, { amount }) => sum + amount.amount, 0);
    return { versions: new Map(versions), total };
  }

  async available(account: string): Promise<number> {
    const accounts: Map<string, AccountDocument> = typed(this.#ledger.documents.collection('ledger_accounts'));
    const none = { debitsPending: 0, debitsPosted: 0, creditsPending: 0, creditsPosted: 0 };
    return headroom(account, accounts.get(account) ?? none);
  }

  async inState(state: PayoutState): Promise<readonly Payout[]> {
    return this.#payouts(this.#byState.get(state));
  }

  async nextDueAt(): Promise<Instant | undefined> {
    const times = [this.#first(this.#queues.send, SENDABLE), this.#first(this.#queues.reconcile, RECONCILABLE)];
    const known = times.filter((at) => at !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  #documents(): Map<string, PayoutDocument> {
    return typed(this.#ledger.documents.collection(PAYOUTS));
  }

  #payouts(ids: Iterable<string> = []): Payout[] {
    const documents = this.#documents();
    return [...ids].flatMap((id) => {
      const found = documents.get(id);
      return found === undefined ? [] : [payoutOf(found)];
    });
  }

  #file(id: string): void {
    const document = this.#documents().get(id);
    if (document === undefined) return;
    const { state, payeeId, holderId, nextAt } = document;
    const before = this.#stateOf.get(id);
    if (before === undefined) {
      add(this.#byPayee, payeeId, id);
      add(this.#byHolder, holderId, id);
    }
    if (before !== state) {
      if (before !== undefined) this.#byState.get(before)?.delete(id);
      add(this.#byState, state, id);
      this.#stateOf.set(id, state);
    }
    const entry = nextAt && { id, dueAt: nextAt.getTime() };
    if (entry && isOneOf(state, SENDABLE)) this.#queues.send.add(entry);
    if (entry && isOneOf(state, RECONCILABLE)) this.#queues.reconcile.add(entry);
  }

  /** Takes what is due out of the queue and puts it back: it stays due until it is written. Old entries go. */
  #due(queue: DueQueue, states: readonly PayoutState[], now: Instant, limit: number): readonly Payout[] {
    const found = new Map<string, Payout>();
    while (found.size < limit) {
      const entry = queue.take(now);
      if (entry === undefined) break;
      const payout = this.#stillDue(entry, states);
      if (payout !== undefined) found.set(entry.id, payout);
    }
    for (const { id, nextAt } of found.values()) queue.add({ id, dueAt: nextAt ?? now });
    return [...found.values()];
  }

  #first(queue: DueQueue, states: readonly PayoutState[]): Instant | undefined {
    for (let entry = queue.take(Infinity); entry !== undefined; entry = queue.take(Infinity)) {
      if (this.#stillDue(entry, states) === undefined) continue;
      queue.add(entry);
      return entry.dueAt;
    }
    return undefined;
  }

  #stillDue(
    { id, dueAt }: { readonly id: string; readonly dueAt: Instant },
    states: readonly PayoutState[],
  ): Payout | undefined {
    const document = this.#documents().get(id);
    return document !== undefined && document.nextAt?.getTime() === dueAt && isOneOf(document.state, states)
      ? payoutOf(document)
      : undefined;
  }
}

/** What the memory holds was written in that form, by `payout-document.ts` and `collect-writes.ts`. */
function typed<T>(documents: unknown): Map<string, T> {
  if (!isMap<T>(documents)) throw new TypeError('Not a collection.');
  return documents;
}
const isMap = <T>(value: unknown): value is Map<string, T> => value instanceof Map;

const isOneOf = (state: PayoutState, states: readonly PayoutState[]): boolean => states.includes(state);

function add(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

function inOrderOfDecision(a: Pick<Payout, 'decidedAt' | 'id'>, b: Pick<Payout, 'decidedAt' | 'id'>): number {
  return a.decidedAt - b.decidedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
