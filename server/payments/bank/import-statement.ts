import { hash } from 'node:crypto';
import { productDayInterval, type Instant } from '../../../programs/calendar.ts';
import { findReference, payoutReference } from '../../../programs/bank/bank-reference.ts';
import { matchLine, type KnownOrders, type LineMatch } from '../../../programs/bank/match-line.ts';
import { readStatement, type BankStatement, type StatementLine } from '../../../programs/bank/statement.ts';
import { absoluteMoney, money, type Money } from '../../../programs/money.ts';
import { Refusal } from '../../../programs/refusal.ts';
import { actorName, type ActorOf } from '../../actor.ts';
import { toLong } from '../../database/longs.ts';
import { canonicalJson } from '../../http/canonical-json.ts';
import type { Services } from '../../services.ts';
import { openException } from '../exceptions.ts';
import { recordFacts } from '../record-facts.ts';
import type { BankAccountDocument, BankLineDocument, BankOrderState } from './bank-models.ts';
import { factsOfLine, type OrderedPayout } from './facts-of-line.ts';

/** What became of a line: `again` was imported before, `number_reused` clashes with another movement of the same number. */
export type LineVerdict = StatementLine & {
  readonly match: LineMatch['kind'];
  readonly known: 'new' | 'again' | 'number_reused';
};

export interface ImportedStatement {
  readonly openingBalance: Money;
  readonly closingBalance: Money;
  readonly lines: readonly LineVerdict[];
  /** What the books hold in cash at the bank now, before the facts of this statement are booked. */
  readonly booksBalance: Money;
}

export interface ImportStatement {
  readonly actor: ActorOf<'operator'>;
  readonly currency: string;
  /** Behind the header. */
  readonly rows: readonly (readonly string[])[];
  /** Without it nothing is stored, and the verdicts are what they would be. */
  readonly apply: boolean;
}

const BATCH = 500;

/**
 * Reads a bank's statement and reconciles it line by line: payments of ours are booked or come back, payers' money finds
 * what it was for, the rest is held until a person identifies it, and what cannot be explained becomes an exception. Lines
 * are known by the bank's number, so the same file again, or one that overlaps, changes nothing.
 *
 * Throws `invalid` / `bank_statement_invalid` with every bad place (nothing is stored), `not_found` / `bank_account_not_found`.
 */
export async function importStatement(services: Services, command: ImportStatement): Promise<ImportedStatement> {
  const now = services.clock.now();
  const { actor, currency, rows, apply } = command;
  const account = await services.models.bankAccounts.findById(currency).lean();
  if (account === null) {
    throw new Refusal('not_found', 'bank_account_not_found', `There is no bank account of ours in ${currency}.`);
  }
  const { lines, openingBalance, closingBalance } = readOrRefuse(rows, currency);
  const verdicts: LineVerdict[] = [];
  for (let at = 0; at < lines.length; at += BATCH) {
    const batch = await reconcile(services, currency, lines.slice(at, at + BATCH));
    if (apply) await store(services, batch, { account, actor, now });
    verdicts.push(...batch.map(({ line, match, known }) => ({ ...line, match: match.kind, known })));
  }
  const booksBalance = await cashInBooks(services, currency);
  return { openingBalance, closingBalance, lines: verdicts, booksBalance };
}

function readOrRefuse(rows: ImportStatement['rows'], currency: string): BankStatement {
  const read = readStatement(rows, currency);
  if (read.ok) return read.statement;
  throw new Refusal('invalid', 'bank_statement_invalid', 'The statement cannot be taken; nothing was stored.', {
    details: read.problems.map(({ row, column, message }) => ({
      pointer: `/rows/${row}${column === undefined ? '' : `/${column}`}`,
      message: `row ${row}${column === undefined ? '' : `, ${column}`}: ${message}`,
    })),
  });
}

interface ReconciledLine {
  readonly line: StatementLine;
  readonly match: LineMatch;
  readonly known: LineVerdict['known'];
  readonly order?: OrderedPayout;
}

async function reconcile(
  { models }: Services,
  currency: string,
  lines: readonly StatementLine[],
): Promise<readonly ReconciledLine[]> {
  const references = lines.map(({ text }) => findReference(text));
  const orderIds = references.flatMap((found) =>
    found?.kind === 'payout' ? payoutReference(found.payoutId, found.attempt) : [],
  );
  const demandIds = references.flatMap((found) =>
    found?.kind === 'invoice' ? found.invoiceId : found?.kind === 'top_up' ? found.topUpId : [],
  );
  const [orders, demands, stored] = await Promise.all([
    models.bankOrders.find({ _id: { $in: orderIds } }).lean(),
    // A demand in another currency is not paid by it: a person must look.
    models.bankDemands.find({ _id: { $in: demandIds }, currency }).lean(),
    models.bankLines.find({ _id: { $in: lines.map(idOf) } }, { hash: 1, match: 1 }).lean(),
  ]);
  const orderById = new Map(
    orders.map((order) => [order._id, { ...order, amount: money(order.amount, order.currency) }]),
  );
  const demandById = new Map(demands.map((demand) => [demand._id, demand]));
  const storedById = new Map(stored.map((line) => [line._id, line]));
  const known: KnownOrders = {
    payoutOrder: (payoutId, attempt) => orderById.get(payoutReference(payoutId, attempt)),
    demand(id) {
      const found = demandById.get(id);
      return (
        found && (found.kind === 'invoice' ? { kind: 'invoice' } : { kind: 'top_up', platformId: found.platformId })
      );
    },
  };
  return lines.map((line) => {
    const before = storedById.get(idOf(line));
    // What it names may be known by now, but its money is in the books already: it waits for a person all the same.
    const match: LineMatch = before?.match === 'unidentified' ? { kind: 'unidentified' } : matchLine(line, known);
    const order = 'payoutId' in match ? orderById.get(payoutReference(match.payoutId, match.attempt)) : undefined;
    const state = before === undefined ? 'new' : before.hash === hashOf(line) ? 'again' : 'number_reused';
    return { line, match, known: state, ...(order === undefined ? {} : { order }) };
  });
}

interface Storing {
  readonly account: BankAccountDocument;
  readonly actor: ActorOf<'operator'>;
  readonly now: Instant;
}

/** Lines, then what follows of them; each write may be done again, so a crash in between is mended by the same file. */
async function store(services: Services, lines: readonly ReconciledLine[], storing: Storing): Promise<void> {
  const { account, actor, now } = storing;
  const { models, secrets } = services;
  const taken = lines.filter(({ known }) => known !== 'number_reused');
  const documents = taken.map(({ line, match }): BankLineDocument => ({
    _id: idOf(line),
    currency: account._id,
    bankRef: line.bankRef,
    bookedOn: line.bookedOn,
    amount: line.amount.amount,
    words: secrets.wrap(JSON.stringify([line.counterparty, line.text])),
    hash: hashOf(line),
    match: match.kind,
    importedAt: new Date(now),
    importedBy: actorName(actor),
  }));
  if (documents.length > 0) {
    await models.bankLines.bulkWrite(
      documents.map(({ _id, ...document }) => ({
        updateOne: {
          filter: { _id },
          update: { $setOnInsert: { ...document, amount: toLong(document.amount) } },
          upsert: true,
        },
      })),
      { ordered: false },
    );
  }
  const moved = taken.flatMap(({ line, match }) => orderChange(line, match, now) ?? []);
  if (moved.length > 0) await models.bankOrders.bulkWrite(moved, { ordered: false });
  const facts = taken.flatMap(({ line, match, order }) =>
    factsOfLine(line, match, { occurredAt: dayBegins(line, account), ...(order && { order }) }),
  );
  await recordFacts(services, facts, { source: 'bank_statement', now });
  for (const each of lines) await tellException(services, each, storing);
}

const idOf = ({ bankRef, amount }: StatementLine): string => `${amount.currency}:${bankRef}`;

const hashOf = ({ bookedOn, amount, text }: StatementLine): string =>
  hash('sha256', canonicalJson([bookedOn, amount, text]), 'base64url');

/** A statement knows days only: the day's first instant where the account is. */
const dayBegins = ({ bookedOn }: StatementLine, { timeZone }: BankAccountDocument): Instant =>
  productDayInterval(bookedOn, { timeZone, boundary: '00:00' }).from;

/**
 * Which states a movement leads on from, and to which. The bank's word prevails over ours, also over a person's `failed`
 * and over a file held for unsent; and what is paid goes into no file any more. A return may be told before the payment.
 */
const MOVES: Readonly<
  Record<'payout_posted' | 'payout_returned', { readonly from: BankOrderState[]; readonly to: BankOrderState }>
> = {
  payout_posted: { from: ['queued', 'in_file', 'failed', 'canceled'], to: 'posted' },
  payout_returned: { from: ['queued', 'in_file', 'failed', 'canceled', 'posted'], to: 'returned' },
};

function orderChange({ bankRef }: StatementLine, match: LineMatch, now: Instant) {
  if (match.kind === 'amount_differs') {
    const differs = { _id: payoutReference(match.payoutId, match.attempt) };
    return { updateOne: { filter: differs, update: { $set: { differsRef: bankRef, changedAt: new Date(now) } } } };
  }
  if (match.kind !== 'payout_posted' && match.kind !== 'payout_returned') return undefined;
  const { from, to } = MOVES[match.kind];
  const _id = payoutReference(match.payoutId, match.attempt);
  // What was said of a failure is no longer so.
  const update = { $set: { state: to, bankRef, changedAt: new Date(now) }, $unset: { message: '' } };
  return { updateOne: { filter: { _id, state: { $in: from } }, update } };
}

/** What a person must look at; finding it again adds nothing. */
async function tellException(
  services: Services,
  { line, match, known }: ReconciledLine,
  storing: Storing,
): Promise<void> {
  const { kind } = match;
  const isClash = known === 'number_reused';
  if (!isClash && kind !== 'amount_differs' && kind !== 'not_ordered') return;
  const { bankRef, amount } = line;
  await openException(services, {
    provider: 'bank_file',
    kind: kind === 'amount_differs' ? 'amount_differs' : 'only_at_provider',
    subject: isClash ? `${idOf(line)}:${hashOf(line)}` : idOf(line),
    occurredAt: dayBegins(line, storing.account),
    openedAt: storing.now,
    message: isClash
      ? `The bank used its number ${bankRef} for another movement before; this one was not taken.`
      : kind === 'amount_differs'
        ? `The bank moved another amount than was ordered (movement ${bankRef}).`
        : `Money left the account and nothing of ours ordered it (movement ${bankRef}).`,
    theirs: {
      bankRef,
      bookedOn: line.bookedOn,
      amount: absoluteMoney(amount),
      direction: amount.amount > 0 ? 'in' : 'out',
    },
    ...(match.kind === 'amount_differs' && { ours: { amount: match.expected } }),
  });
}

async function cashInBooks({ models, payments }: Services, currency: string): Promise<Money> {
  const cash = payments.bank_file?.cashAccount(currency);
  const totals = cash === undefined ? null : await models.accounts.findById(cash).lean();
  return money((totals?.debitsPosted ?? 0) - (totals?.creditsPosted ?? 0), currency);
}
