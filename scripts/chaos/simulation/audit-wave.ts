import type { Document } from 'mongodb';
import { field, groupBy, isSet, list, text } from './plain-rows.ts';
import { readEffects, type Effect } from './provider-effects.ts';

/** Something that was asked to be paid, in the words of whoever asked. */
export interface AskedPayout {
  readonly businessKey: string;
  readonly payeeId: string;
  readonly holderId: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly fundingAccount: string;
}

export interface PayoutAuditInput {
  readonly asked: readonly AskedPayout[];
  /** Our books, as they are stored. */
  readonly books: Readonly<Record<'payouts' | 'ledger_transfers' | 'ledger_accounts' | 'events', readonly Document[]>>;
  /** The provider's own books, table by table. */
  readonly provider: Readonly<Record<string, readonly unknown[]>>;
  /** By `<payee>:<version>`: the number, handle or connected account that money to it must go to. */
  readonly accounts: ReadonlyMap<string, string>;
  /** By funding account: what was paid in. */
  readonly paidIn: ReadonlyMap<string, number>;
}

/** Every list holds a sentence per finding; all of them empty: everybody was paid once, or is truly not paid. */
export interface PayoutAudit {
  /** Business keys that were asked for. */
  readonly payouts: number;
  /** Money stands at the provider more than once for one business payout, whatever the keys and attempts. */
  readonly doubled: string[];
  /** Asked for, and neither paid once nor at a true end without payment. */
  readonly missing: string[];
  readonly wrong: string[];
}

type Found = Readonly<Pick<PayoutAudit, 'doubled' | 'missing' | 'wrong'>>;

/**
 * Holds our books at rest against those of the provider. It shares no code with the server: what a payout's chain is, what
 * its transfers must be and where its money must stand are written here a second time.
 */
export function auditPayouts(input: PayoutAuditInput): PayoutAudit {
  const found: Found = { doubled: [], missing: [], wrong: [] };
  const effects = readEffects(input.provider);
  const byPayout = groupBy(effects, ({ payoutId }) => payoutId);
  const payouts = new Map(input.books.payouts.map((payout) => [text(payout._id), payout]));
  const byKey = new Map([...payouts.values()].map((payout) => [text(payout.businessKey), payout]));
  const retriesOf = groupBy(input.books.payouts, ({ retryOf }) => text(retryOf));
  const transfersOf = groupBy(input.books.ledger_transfers, ({ refs }) => text(field(refs, 'payoutId')));
  const eventsOf = groupBy(input.books.events, ({ aggregateId }) => text(aggregateId));
  const balances = new Map(input.paidIn);
  const audited = new Set<string>();

  for (const asked of input.asked) {
    const chain = chainOf(byKey.get(asked.businessKey), retriesOf);
    for (const { _id } of chain) audited.add(text(_id));
    judgeChain(asked, chain, byPayout, balances, found);
    for (const payout of chain) {
      const id = text(payout._id);
      judgeEffects(asked, payout, byPayout.get(id) ?? [], input.accounts, found.wrong);
      judgeTransfers(asked, payout, transfersOf.get(id) ?? [], found.wrong);
      judgeEvents(payout, eventsOf.get(id) ?? [], found.wrong);
    }
  }
  for (const id of payouts.keys())
    if (!audited.has(id)) found.wrong.push(`${id} is in the books, and nobody asked for it.`);
  for (const { ref, payoutId } of effects) {
    if (!payouts.has(payoutId)) found.wrong.push(`${ref} paid ${payoutId || 'something'} that is not in the books.`);
  }
  judgeAccounts(input, balances, found.wrong);
  judgeCash(input, found.wrong);
  return { payouts: input.asked.length, ...found };
}

/**
 * A payout and those that tried again after it came back: the ones that were given up, and last the one that counts.
 * Each names the one before by `retryOf`; of several, the one before names by `successorId` which it is.
 */
function chainOf(first: Document | undefined, retries: ReadonlyMap<string, readonly Document[]>): readonly Document[] {
  if (first === undefined) return [];
  const next = retries.get(text(first._id)) ?? [];
  const counts = next.find(({ _id }) => _id === first.successorId);
  return [first, ...next.filter((retry) => retry !== counts), ...chainOf(counts, retries)];
}

/** The business payout as a whole: paid once, or not at all for a reason; and where its money must stand now. */
function judgeChain(
  { businessKey, amount, fundingAccount, holderId, currency }: AskedPayout,
  chain: readonly Document[],
  effects: ReadonlyMap<string, readonly Effect[]>,
  balances: Map<string, number>,
  { doubled, missing, wrong }: Found,
): void {
  const last = chain.at(-1);
  if (last === undefined) {
    missing.push(`${businessKey} was asked for and is not in the books.`);
    return;
  }
  const standing = chain.flatMap(({ _id }) => (effects.get(text(_id)) ?? []).filter(({ stands }) => stands));
  const refs = standing.map(({ ref }) => ref).join(', ');
  if (standing.length > 1) doubled.push(`${businessKey} was paid ${standing.length} times: ${refs}.`);
  const move = (account: string, by: number): void => void balances.set(account, (balances.get(account) ?? 0) + by);
  const state = text(last.state);
  const releasedAt = chain.find((payout) => isSet(payout.releasedAt));
  if (state === 'paid') {
    if (standing.length === 0)
      missing.push(`${businessKey} is paid in the books, and no money stands at the provider.`);
    move(fundingAccount, -amount);
    return;
  }
  if (standing.length > 0) wrong.push(`${businessKey} is ${state} in the books, and the provider paid it: ${refs}.`);
  const explained = Array.isArray(last.timeline) && text(field(last.timeline.at(-1), 'note')) !== '';
  if (state === 'voided' && explained && (chain.length === 1 || releasedAt !== undefined)) return;
  if (state === 'returned' && isSet(last.releasedAt)) return;
  missing.push(`${businessKey} rests as ${state}, attempts ${list(last.attempts).length}, of ${text(last._id)}.`);
  if (state === 'returned') {
    move(fundingAccount, -amount);
    move(`payee:${holderId}:unclaimed:${currency}`, amount);
  }
}

/** Each effect belongs to an attempt that we stored before, with its key, its account and the amount that was asked for. */
function judgeEffects(
  asked: AskedPayout,
  payout: Document,
  effects: readonly Effect[],
  accounts: ReadonlyMap<string, string>,
  wrong: string[],
): void {
  const id = text(payout._id);
  const attempts = list(payout.attempts);
  const seen = new Set<number>();
  for (const { ref, attempt, key, amount, currency, account, stands } of effects) {
    const stored = attempts.find(({ number }) => number === attempt);
    const say = (what: string): void => void wrong.push(`${id}: ${ref}, of attempt ${attempt}, ${what}.`);
    if (stored === undefined) {
      say('is of an attempt that is not in the books');
      continue;
    }
    if (seen.has(attempt)) say('is the second one of its attempt');
    seen.add(attempt);
    if (stored.key !== key) say(`went out under ${key}, stored is ${text(stored.key)}`);
    if (amount !== asked.amount || currency !== asked.currency)
      say(`is over ${amount} ${currency}, asked were ${asked.amount} ${asked.currency}`);
    const expected = accounts.get(`${asked.payeeId}:${text(stored.payeeVersion)}`);
    if (account !== expected) say(`went to ${account}, the payee has ${expected}`);
    if (stands && stored.outcome !== 'posted') say(`stands, and the attempt is ${text(stored.outcome)}`);
    if (!stands && stored.outcome === 'posted') say('came back, and the attempt is posted');
  }
  const posted = attempts.filter(({ outcome }) => outcome === 'posted').length;
  const open = attempts.filter(({ outcome }) => outcome === 'open').length;
  if (posted > 1 || (payout.state === 'paid') !== (posted === 1))
    wrong.push(`${id} is ${text(payout.state)} with ${posted} posted attempts.`);
  if (open > 0) wrong.push(`${id} rests with ${open} open attempts.`);
  if (isSet(payout.lease) || isSet(payout.nextAt)) wrong.push(`${id} rests, and somebody should look at it.`);
  for (const contradiction of list(payout.contradictions, String)) wrong.push(`${id}: ${contradiction}`);
}

/** The transfers that a payout in its state must have, and no others. */
function judgeTransfers(asked: AskedPayout, payout: Document, transfers: readonly Document[], wrong: string[]): void {
  const { currency, amount } = asked;
  const id = text(payout._id);
  const cash = `cash:stripe:${currency}`;
  const unclaimed = `payee:${asked.holderId}:unclaimed:${currency}`;
  const from = isSet(payout.retryOf) ? unclaimed : asked.fundingAccount;
  const state = text(payout.state);
  const reserved = transfers.filter(({ type }) => type === 'pending');
  const expected = reserved.map(() => `payout pending ${from} ${cash} ${amount}`);
  if (state === 'paid' || state === 'returned') expected.push(`payout post ${from} ${cash} ${amount}`);
  if (state === 'returned') expected.push(`payout_returned posted ${cash} ${unclaimed} ${amount}`);
  if (isSet(payout.releasedAt)) expected.push(`payout_released posted ${unclaimed} ${asked.fundingAccount} ${amount}`);
  if (state === 'voided' && reserved.length > 0) expected.push(`payout void ${from} ${cash} ${amount}`);
  if (reserved.length !== 1 && !(state === 'voided' && reserved.length === 0))
    wrong.push(`${id} has ${reserved.length} reservations.`);
  const stored = transfers.map(
    (each) => `${text(each.kind)} ${text(each.type)} ${text(each.debit)} ${text(each.credit)} ${Number(each.amount)}`,
  );
  const difference = [
    ...lacking(expected, stored).map((line) => `lacks ${line}`),
    ...lacking(stored, expected).map((line) => `has ${line}`),
  ];
  for (const line of difference) wrong.push(`${id}, ${state}, ${line}.`);
  for (const { _id } of reserved) {
    const ends = transfers.filter(({ resolves }) => resolves === _id).length;
    if (ends !== 1) wrong.push(`${id}: the reservation ${text(_id)} was ended ${ends} times.`);
  }
}

/** What was told: without holes, nothing twice that happens once. */
function judgeEvents(payout: Document, events: readonly Document[], wrong: string[]): void {
  const id = text(payout._id);
  const numbers = events.map(({ sequence }) => Number(sequence)).sort((a, b) => a - b);
  const whole = numbers.length === Number(payout.events) && numbers.every((number, at) => number === at + 1);
  if (!whole) wrong.push(`${id} told ${text(payout.events)} events, stored are ${numbers.join(', ')}.`);
  for (const once of ['payout.created', 'payout.paid', 'payout.returned', 'payout.voided']) {
    const count = events.filter(({ type }) => type === once).length;
    if (count > 1) wrong.push(`${id} told ${once} ${count} times.`);
  }
}

/** Every account is the sum of its transfers, reserves nothing any more, and holds what those who asked and paid in expect. */
function judgeAccounts(
  { books, paidIn, asked }: PayoutAuditInput,
  balances: ReadonlyMap<string, number>,
  wrong: string[],
): void {
  const sums = new Map<string, { debits: number; credits: number }>();
  const sumOf = (account: string) => {
    const sum = sums.get(account) ?? { debits: 0, credits: 0 };
    sums.set(account, sum);
    return sum;
  };
  for (const { type, debit, credit, amount } of books.ledger_transfers) {
    if (type !== 'posted' && type !== 'post') continue;
    sumOf(text(debit)).debits += Number(amount);
    sumOf(text(credit)).credits += Number(amount);
  }
  for (const account of books.ledger_accounts) {
    const id = text(account._id);
    const { debits, credits } = sumOf(id);
    const [debitsPosted, creditsPosted] = [Number(account.debitsPosted), Number(account.creditsPosted)];
    if (debits !== debitsPosted || credits !== creditsPosted)
      wrong.push(`${id} says ${debitsPosted}/${creditsPosted}, its transfers add up to ${debits}/${credits}.`);
    if (Number(account.debitsPending) !== 0 || Number(account.creditsPending) !== 0)
      wrong.push(`${id} still reserves ${text(account.debitsPending)}/${text(account.creditsPending)}.`);
  }
  const owned = new Set([
    ...paidIn.keys(),
    ...asked.map(({ holderId, currency }) => `payee:${holderId}:unclaimed:${currency}`),
  ]);
  for (const id of [...sums.keys()]) if (id.includes(':unclaimed:')) owned.add(id);
  for (const id of owned) {
    const { debits, credits } = sumOf(id);
    const expected = balances.get(id) ?? 0;
    if (credits - debits !== expected) wrong.push(`${id} holds ${credits - debits}, and should hold ${expected}.`);
  }
}

/** The cash in our books is the provider's money. */
function judgeCash({ books, provider }: PayoutAuditInput, wrong: string[]): void {
  const accounts = new Map(books.ledger_accounts.map((account) => [text(account._id), account]));
  for (const row of list(provider.balance)) {
    const currency = text(row.id).toUpperCase();
    const theirs = Number(row.available) + Number(row.pending);
    const ours = accounts.get(`cash:stripe:${currency}`);
    const cash = Number(ours?.debitsPosted ?? 0) - Number(ours?.creditsPosted ?? 0);
    if (cash !== theirs) wrong.push(`cash:stripe:${currency} is ${cash}, the provider has ${theirs}.`);
  }
}

/** Lines of the first list that the second has not, each as often as it stands there. */
function lacking(lines: readonly string[], from: readonly string[]): readonly string[] {
  const left = [...from];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
