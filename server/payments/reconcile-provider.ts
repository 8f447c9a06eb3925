import { dayMs, formatInstant, hourMs, type Instant, type Interval } from '../../programs/calendar.ts';
import { formatMoney, type Money } from '../../programs/money.ts';
import { compareMovements, type Difference } from '../../programs/payments/compare-movements.ts';
import { isBalanceExplained, movementOfFact, movementsOfBooks } from '../../programs/payments/movement-keys.ts';
import type { Services } from '../services.ts';
import { applyDueFacts } from './apply-due-facts.ts';
import { exceptionId, mendExceptions, openException, type NewException } from './exceptions.ts';
import type { ExceptionKind } from './payment-models.ts';
import { readableProviderOf } from './provider-of.ts';
import type { ProviderMovements } from './readable-provider.ts';
import { recordFacts } from './record-facts.ts';

const PROVIDER = 'stripe';
const CURSOR = `reconciled:${PROVIDER}`;
/** Compared again each time: both sides may have been late. */
const OVERLAP_MS = 3 * dayMs;
/** What is younger may still be on its way to us. */
const YOUNG_MS = hourMs;
/** Our side is read with a margin, for what the two sides date differently. */
const MARGIN_MS = 10 * dayMs;

export interface ReconcileProvider {
  readonly now: Instant;
  /** Stores what it finds, and books what only a lost webhook kept from us. Without it only looks. */
  readonly apply: boolean;
}

export interface Reconciled {
  readonly from: Instant;
  readonly to: Instant;
  /** What differs, and is not an exception already because it could not be booked. */
  readonly found: readonly NewException[];
  readonly opened: number;
  readonly mended: number;
  /** Facts that no webhook had told. */
  readonly caughtUp: number;
}

/**
 * Compares a provider's books with ours since the last time: what each has and the other has not, or has otherwise, and its
 * balance against our cash account (M6). Differences become exceptions; a later run that no longer finds one ends it. Safe
 * to run twice, and after an outage it begins where it last ended. Throws `provider_unavailable`.
 */
export async function reconcileProvider(services: Services, { now, apply }: ReconcileProvider): Promise<Reconciled> {
  const { models } = services;
  const cursor = await models.receiptCursors.findById(CURSOR).lean();
  const to = now - YOUNG_MS;
  const within = { from: Math.min(cursor?.receivedBefore.getTime() ?? to, to) - OVERLAP_MS, to };
  const provider = readableProviderOf(services, PROVIDER);
  const theirs = await provider.readMovements({ from: within.from, to: now });
  const caughtUp = apply ? await recordFacts(services, theirs.facts, { source: 'reconciliation', now }) : 0;
  if (apply) await applyDueFacts(services, { now });

  const found = [
    ...(await differencesOf(services, theirs, within, now)).map((difference) => describe(difference, now)),
    ...(await balancesOf(services, await provider.readBalances(), now)),
  ];
  if (!apply) return { ...within, found, opened: 0, mended: 0, caughtUp };

  let opened = 0;
  for (const exception of found) if (await openException(services, exception)) opened += 1;
  const mended = await mendExceptions(services, await goneExceptions(services, found, within), {
    note: 'A later reconciliation no longer found it.',
    now,
  });
  await models.receiptCursors.updateOne({ _id: CURSOR }, { $max: { receivedBefore: new Date(to) } }, { upsert: true });
  return { ...within, found, opened, mended, caughtUp };
}

async function differencesOf(
  services: Services,
  { facts, foreign }: ProviderMovements,
  within: Interval,
  now: Instant,
): Promise<readonly Difference[]> {
  const happened = facts.filter(({ occurredAt }) => occurredAt <= now);
  const theirs = [...happened.flatMap((fact) => movementOfFact(fact) ?? []), ...foreign];
  const ours = movementsOfBooks(await bookedSince(services, within.from - MARGIN_MS), PROVIDER);
  // What could not be booked is an exception of its own already.
  const waiting = await services.models.paymentFacts
    .find({ _id: { $in: happened.map(({ factId }) => factId) }, state: { $ne: 'applied' }, tries: { $gt: 0 } })
    .lean();
  const known = new Set(waiting.map(({ fact }) => movementOfFact(fact)?.key));
  return compareMovements(ours, theirs, within).filter(({ key }) => !known.has(key));
}

/** Posted transfers of the provider's cash, clearing and disputed accounts. */
async function bookedSince({ models }: Services, from: Instant) {
  const account = new RegExp(`^(cash:${PROVIDER}|${PROVIDER}:clearing|${PROVIDER}:disputed):[A-Z]{3}$`);
  const accounts = (await models.accounts.find({ _id: account }, { _id: 1 }).lean()).map(({ _id }) => _id);
  const transfers = await models.transfers
    .find({
      $or: [{ debit: { $in: accounts } }, { credit: { $in: accounts } }],
      type: { $in: ['posted', 'post'] },
      bookedAt: { $gte: new Date(from) },
    })
    .lean();
  return transfers.map(({ _id, kind, debit, credit, amount, currency, bookedAt, refs = {} }) => {
    return { id: _id, kind, debit, credit, amount, currency, bookedAt: bookedAt.getTime(), refs };
  });
}

function describe(difference: Difference, now: Instant): NewException {
  const { kind, key } = difference;
  const ours = kind === 'only_at_provider' ? undefined : difference.ours;
  const theirs = kind === 'only_in_books' ? undefined : difference.theirs;
  const said = [
    ...(theirs === undefined ? [] : [`${PROVIDER} has ${formatMoney(theirs.amount)} (${theirs.note ?? theirs.ref})`]),
    ...(ours === undefined ? [] : [`our books have ${formatMoney(ours.amount)} (${ours.ref})`]),
  ];
  return {
    provider: PROVIDER,
    kind,
    subject: key,
    occurredAt: theirs?.at ?? ours?.at ?? now,
    openedAt: now,
    message: `${key}: ${said.join(', ')}`,
    ...(ours === undefined ? {} : { ours }),
    ...(theirs === undefined ? {} : { theirs }),
  };
}

/** A difference of balances, at most one for each currency and day. */
async function balancesOf(services: Services, balances: readonly Money[], now: Instant): Promise<NewException[]> {
  const provider = readableProviderOf(services, PROVIDER);
  const accounts = await services.models.accounts.find({ _id: new RegExp(`^cash:${PROVIDER}:[A-Z]{3}$`) }).lean();
  const byCurrency = new Map(balances.map((balance) => [balance.currency, balance.amount]));
  const currencies = new Set([...byCurrency.keys(), ...accounts.map(({ currency }) => currency)]);
  return [...currencies].sort().flatMap((currency) => {
    const account = accounts.find(({ _id }) => _id === provider.cashAccount(currency));
    const posted = (account?.debitsPosted ?? 0) - (account?.creditsPosted ?? 0);
    const reserved = account?.creditsPending ?? 0;
    const theirs = byCurrency.get(currency) ?? 0;
    if (isBalanceExplained(theirs, { posted, reserved })) return [];
    const money = (amount: number) => ({ amount, currency });
    const message = `${PROVIDER} holds ${formatMoney(money(theirs))}, and our books say ${formatMoney(money(posted))}, of it ${formatMoney(money(reserved))} reserved`;
    return {
      ...{ provider: PROVIDER, kind: 'balance_differs', occurredAt: now, openedAt: now, message },
      subject: `balance:${currency}:${formatInstant(now).slice(0, 10)}`,
      ours: { posted: money(posted), reserved: money(reserved) },
      theirs: { balance: money(theirs) },
    };
  });
}

const COMPARED: readonly ExceptionKind[] = ['only_at_provider', 'only_in_books', 'amount_differs'];

/** Open exceptions of what was compared now, and no longer differs. */
async function goneExceptions(
  { models }: Services,
  found: readonly NewException[],
  within: Interval,
): Promise<string[]> {
  const still = new Set(found.map(exceptionId));
  const currencies = new Set(
    found.flatMap(({ kind, subject }) => (kind === 'balance_differs' ? [subject.slice(0, 11)] : [])),
  );
  const open = await models.paymentExceptions
    .find({
      provider: PROVIDER,
      state: 'open',
      $or: [
        { kind: { $in: COMPARED }, occurredAt: { $gte: new Date(within.from), $lt: new Date(within.to) } },
        { kind: 'balance_differs' },
      ],
    })
    .lean();
  return open
    .filter(({ _id, kind, subject }) =>
      kind === 'balance_differs' ? !currencies.has(subject.slice(0, 11)) : !still.has(_id),
    )
    .map(({ _id }) => _id);
}
