import { accountTerms, CHART, currencyOf, type AccountId, type AccountLimit, type AccountTerms } from './chart.ts';
import { breach, type Breach } from './invariants.ts';

/*
 * The auditor of the books. It shares nothing with the code that commits (`decide-unit.ts`): what one gets wrong the other
 * must not get wrong in the same way. Every function takes what is stored and answers the breaches it found, none when all
 * is well; nothing throws on a stored value, however damaged, for the damage is what is looked for.
 */

/** What the checks read of a stored transfer. */
export interface BookedTransfer {
  readonly _id: string;
  readonly type: 'posted' | 'pending' | 'post' | 'void' | 'expire';
  readonly debit: AccountId;
  readonly credit: AccountId;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly resolves?: string;
  /** Of `post`: what was reserved. */
  readonly reserved?: number;
  readonly debitSeq: number;
  readonly creditSeq: number;
}

/** Minor units of the account's currency. */
export interface AccountTotals {
  readonly debitsPending: number;
  readonly debitsPosted: number;
  readonly creditsPending: number;
  readonly creditsPosted: number;
}

/** An account after its first `seq` transfers. */
export interface AccountState extends AccountTotals {
  readonly seq: number;
}

export interface BookedAccount extends AccountState {
  readonly _id: AccountId;
  readonly currency: string;
}

export type Side = 'debit' | 'credit';

export const EMPTY_ACCOUNT: AccountState = {
  debitsPending: 0,
  debitsPosted: 0,
  creditsPending: 0,
  creditsPosted: 0,
  seq: 0,
};

const TOTALS = ['debitsPending', 'debitsPosted', 'creditsPending', 'creditsPosted'] as const;

const isAmount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
/** Damaged amounts are L1's business and count as nothing elsewhere. */
const sound = (value: unknown): number => (Number.isSafeInteger(value) ? Number(value) : 0);

/** L1, L2, L3: what can be seen of one transfer alone. */
export function checkTransfer(transfer: BookedTransfer): Breach[] {
  const { _id: transferId, type, debit, credit, amount, currency, reserved } = transfer;
  const found: Breach[] = [];
  if (!isAmount(amount)) found.push(breach('L1', { transferId }, `The amount is ${String(amount)}.`));
  if (type === 'post' && !isAmount(reserved)) {
    found.push(breach('L1', { transferId }, `It posts a reserve of ${String(reserved)}.`));
  }
  for (const account of new Set([debit, credit])) {
    if (accountTerms(account) === undefined) {
      found.push(breach('L2', { account, transferId }, `${account} is no account of the chart.`));
    } else if (currencyOf(account) !== currency) {
      found.push(breach('L2', { account, transferId }, `A transfer of ${currency} moves money of ${account}.`));
    }
  }
  if (debit === credit) found.push(breach('L3', { transferId }, `Debit and credit are both ${debit}.`));
  return found;
}

/** What a transfer changes on each of its two accounts, on its side. Each stands for itself: the order of a fold does not matter. */
export function effectOf({ type, amount, reserved }: Pick<BookedTransfer, 'type' | 'amount' | 'reserved'>): {
  readonly pending: number;
  readonly posted: number;
} {
  switch (type) {
    case 'posted':
      return { pending: 0, posted: sound(amount) };
    case 'pending':
      return { pending: sound(amount), posted: 0 };
    case 'post':
      return { pending: -sound(reserved), posted: sound(amount) };
    case 'void':
    case 'expire':
      return { pending: -sound(amount), posted: 0 };
  }
}

/** The totals after one more transfer. */
export function addEffect<T extends AccountTotals>(
  totals: T,
  side: Side,
  effect: { readonly pending: number; readonly posted: number },
): T {
  return side === 'debit'
    ? {
        ...totals,
        debitsPending: totals.debitsPending + effect.pending,
        debitsPosted: totals.debitsPosted + effect.posted,
      }
    : {
        ...totals,
        creditsPending: totals.creditsPending + effect.pending,
        creditsPosted: totals.creditsPosted + effect.posted,
      };
}

/** Goes through the transfers of one account in the order of `seq`, from its beginning or from a state that was checked before. */
export interface AccountWalk {
  /** The next transfer, and the side of it on which the account stands. */
  take(transfer: BookedTransfer, side: Side): void;
  /** After the last one: compares with the stored account, undefined when there is none (L5, L11). */
  finish(stored: BookedAccount | undefined): { readonly state: AccountState; readonly breaches: readonly Breach[] };
}

/** L5, L6, L11 of one account. Of each account only its first broken limit is told: those after it follow from it. */
export function walkAccount(account: AccountId, from: AccountState = EMPTY_ACCOUNT): AccountWalk {
  const limit = accountTerms(account)?.limit ?? 'none';
  const breaches: Breach[] = [];
  let state = from;
  let overdrawn = false;
  return {
    take(transfer, side) {
      const seq = side === 'debit' ? transfer.debitSeq : transfer.creditSeq;
      if (seq !== state.seq + 1) {
        const message = seq > state.seq ? `After ${state.seq} comes ${seq}.` : `${seq} was given more than once.`;
        breaches.push(breach('L11', { account, transferId: transfer._id }, message));
      }
      state = { ...addEffect(state, side, effectOf(transfer)), seq: Math.max(seq, state.seq) };
      const why = overdrawn ? undefined : whyOverdrawn(limit, state);
      if (why === undefined) return;
      overdrawn = true;
      breaches.push(breach('L6', { account, transferId: transfer._id }, `At seq ${seq} ${why}.`));
    },
    finish(stored) {
      return { state, breaches: [...breaches, ...compare(account, state, stored)] };
    },
  };
}

function whyOverdrawn(limit: AccountLimit, totals: AccountTotals): string | undefined {
  const { debitsPending, debitsPosted, creditsPending, creditsPosted } = totals;
  switch (limit) {
    case 'none':
      return undefined;
    case 'debits_within_credits':
      return debitsPosted + debitsPending <= creditsPosted
        ? undefined
        : `debits of ${debitsPosted} posted and ${debitsPending} pending exceed credits of ${creditsPosted}`;
    case 'credits_within_debits':
      return creditsPosted + creditsPending <= debitsPosted
        ? undefined
        : `credits of ${creditsPosted} posted and ${creditsPending} pending exceed debits of ${debitsPosted}`;
  }
}

function compare(account: AccountId, state: AccountState, stored: BookedAccount | undefined): Breach[] {
  if (stored === undefined)
    return [breach('L5', { account }, `It has ${state.seq} transfers, and no totals are stored.`)];
  const found: Breach[] = [];
  if (stored.currency !== currencyOf(account)) {
    found.push(breach('L2', { account }, `It is kept in ${stored.currency}.`));
  }
  if (stored.seq !== state.seq) {
    found.push(breach('L11', { account }, `It counts ${stored.seq} transfers, the last one is ${state.seq}.`));
  }
  const wrong = TOTALS.filter((total) => stored[total] !== state[total]);
  if (wrong.length > 0) {
    const said = wrong.map((total) => `${total} is ${String(stored[total])} and should be ${state[total]}`);
    found.push(breach('L5', { account }, `${said.join('; ')}.`));
  }
  return found;
}

/** L4: the totals of all accounts of one currency. */
export function checkBalance(currency: string, totals: AccountTotals): Breach[] {
  const { debitsPending, debitsPosted, creditsPending, creditsPosted } = totals;
  if (debitsPosted === creditsPosted && debitsPending === creditsPending) return [];
  const message = `Debits of ${debitsPosted} posted and ${debitsPending} pending, credits of ${creditsPosted} and ${creditsPending}.`;
  return [breach('L4', { subject: currency }, message)];
}

/** L7: the transfers that name one pending transfer, and that one, undefined when it is not there. */
export function checkResolvers(pending: BookedTransfer | undefined, resolvers: readonly BookedTransfer[]): Breach[] {
  const found: Breach[] = [];
  const [first, ...others] = resolvers;
  if (first === undefined) return found;
  const resolved = String(first.resolves);
  if (others.length > 0) {
    const message = `It is resolved by ${resolvers.map(({ _id }) => _id).join(' and ')}.`;
    found.push(breach('L7', { transferId: resolved }, message));
  }
  for (const resolver of resolvers) {
    const wrong = whyWrong(pending, resolver);
    if (wrong !== undefined) found.push(breach('L7', { transferId: resolver._id }, wrong));
  }
  return found;
}

function whyWrong(pending: BookedTransfer | undefined, resolver: BookedTransfer): string | undefined {
  if (pending?.type !== 'pending') return `It resolves ${String(resolver.resolves)}, which is no pending transfer.`;
  if (pending.debit !== resolver.debit || pending.credit !== resolver.credit) {
    return `Its accounts are not those of ${pending._id}.`;
  }
  const released = resolver.type === 'post' ? resolver.reserved : resolver.amount;
  if (released !== pending.amount)
    return `It ends a reserve of ${String(released)}; ${pending._id} reserved ${pending.amount}.`;
  if (resolver.amount > pending.amount) return `It posts ${resolver.amount} of ${pending.amount} reserved.`;
  return undefined;
}

/** Matches the ids of the chart's accounts that return to zero. */
export const CLEARING_ACCOUNT = new RegExp(
  `^(${Object.entries<AccountTerms>(CHART)
    .filter(([, terms]) => terms.clearsInDays !== undefined)
    .map(([pattern]) => pattern.replaceAll('*', '[^:]+'))
    .join('|')}):[A-Z]{3}$`,
);

/** L9 of an account that returns to zero: what is owed longer than that takes. */
export interface ClearingFacts {
  readonly account: AccountId;
  readonly totals: AccountTotals;
  /** Posted within the last `clearsInDays`. */
  readonly recentDebits: number;
  readonly recentCredits: number;
  readonly clearsInDays: number;
}

/**
 * First in, first out: a balance that is larger than what came on its side within that time holds something older. What is pending on the other side is under way and counts as settled.
 */
export function checkClearing(facts: ClearingFacts): Breach[] {
  const { account, totals, recentDebits, recentCredits, clearsInDays: days } = facts;
  const balance = totals.debitsPosted - totals.creditsPosted;
  const [recent, underWay] =
    balance > 0 ? [recentDebits, totals.creditsPending] : [recentCredits, totals.debitsPending];
  const overdue = Math.abs(balance) - recent - underWay;
  if (overdue <= 0) return [];
  const side = balance > 0 ? 'debit' : 'credit';
  const message = `Of a ${side} balance of ${Math.abs(balance)}, ${overdue} is older than ${days} days and nothing is under way.`;
  return [breach('L9', { account }, message)];
}
