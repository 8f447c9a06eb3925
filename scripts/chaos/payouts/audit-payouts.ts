import type { MongoClient } from 'mongodb';
import type { SandboxBooks } from './chaos-sandbox.ts';

/*
 * The auditor: it reads the database with the plain driver and the fake's own books, and shares no code with the server.
 */

export interface PayoutAudit {
  readonly payouts: number;
  /** Payouts for which money went out more than once, whatever the key was. */
  readonly doubled: number;
  /** Acknowledged payouts that are nowhere, or said to be paid and are not, or paid and not said to be. */
  readonly missing: number;
  readonly findings: readonly string[];
}

/** States in which nothing is under way any more. Of those, only in the first money is away; in `UNPAID` none ever came. */
const PAID = 'paid';
const RETURNED = 'returned';
const UNPAID = new Set(['failed', 'payee_fix', 'voided']);

interface StoredPayout {
  readonly _id: string;
  readonly state: string;
  readonly amount: { readonly amount: number };
  readonly holderId: string;
  readonly fundingAccount: string;
  /** Where it is given back to when nobody is to be paid any more; then `releasedAt` says when. */
  readonly sourceAccount: string;
  readonly releasedAt: Date | null;
}

export interface AuditInput {
  readonly client: MongoClient;
  readonly database: string;
  readonly books: SandboxBooks;
  /** The ids of the payouts that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** What the cash account and the fake began with. */
  readonly funded: number;
  readonly cashAccount: string;
  /** What was put into each account that pays. */
  readonly floats: ReadonlyMap<string, number>;
}

export async function auditPayouts(input: AuditInput): Promise<PayoutAudit> {
  const { client, database, books, acknowledged, funded } = input;
  const db = client.db(database);
  const stored = await db.collection<StoredPayout>('payouts').find().toArray();
  const byId = new Map(stored.map((payout) => [payout._id, payout]));
  const findings: string[] = [...books.breaches.map((breach) => `the fake: ${breach}`)];
  let missing = 0;
  const miss = (sentence: string): void => {
    missing += 1;
    findings.push(sentence);
  };
  const cameBack = new Set(
    books.effects.flatMap(({ status, businessKey }) => (status === RETURNED ? [businessKey] : [])),
  );

  for (const id of acknowledged) if (!byId.has(id)) miss(`${id} was acknowledged and is not stored`);
  let paidOut = 0;
  for (const { _id, state, amount } of stored) {
    const sent = books.sentByPayout[_id] ?? 0;
    if (state === PAID) {
      paidOut += Number(amount.amount);
      if (sent === 0) miss(`${_id} is said to be paid, and no money went`);
    } else if (UNPAID.has(state)) {
      if (sent > 0 || cameBack.has(_id)) miss(`${_id} is ${state}, and money went`);
    } else if (state === RETURNED) {
      if (sent > 0) miss(`${_id} is said to be returned, and money went`);
      else if (!cameBack.has(_id)) miss(`${_id} is said to be returned, and no money came back`);
    } else miss(`${_id} is still ${state}`);
  }
  const doubled = Object.entries(books.sentByPayout).filter(([, sent]) => sent > 1);
  for (const [id, sent] of doubled) findings.push(`${id} was paid ${sent} times`);
  for (const id of Object.keys(books.sentByPayout)) if (!byId.has(id)) findings.push(`${id} was paid and is unknown`);

  const left = books.balances.find(({ currency }) => currency === 'cny');
  const gone = funded - (left?.available ?? 0) - (left?.pending ?? 0);
  if (gone !== paidOut) findings.push(`the fake paid out ${gone}, the payouts come to ${paidOut}`);
  for (const [account, expected] of expectedTotals(stored, input)) {
    const totals = await db
      .collection<Record<string, unknown> & { _id: string }>('ledger_accounts')
      .findOne({ _id: account });
    for (const [name, sum] of Object.entries(expected)) {
      const has = Number(totals?.[name] ?? 0);
      if (has !== sum) findings.push(`${account} has ${name} of ${has}, the payouts come to ${sum}`);
    }
  }
  return { payouts: stored.length, doubled: doubled.length, missing, findings };
}

interface Totals {
  debitsPosted: number;
  debitsPending: number;
  creditsPosted: number;
  creditsPending: number;
}

/** What cash, the accounts that pay, and those that hold what came back must have moved by. */
function expectedTotals(
  stored: readonly StoredPayout[],
  { cashAccount, funded, floats }: AuditInput,
): ReadonlyMap<string, Totals> {
  const all = new Map<string, Totals>();
  const add = (account: string, side: keyof Totals, amount: number): void => {
    const totals = all.get(account) ?? { debitsPosted: 0, debitsPending: 0, creditsPosted: 0, creditsPending: 0 };
    totals[side] += amount;
    all.set(account, totals);
  };
  add(cashAccount, 'debitsPosted', funded);
  for (const [account, put] of floats) add(account, 'creditsPosted', put);
  for (const { state, amount, holderId, fundingAccount, sourceAccount, releasedAt } of stored) {
    const sum = Number(amount.amount);
    const unclaimed = `payee:${holderId}:unclaimed:CNY`;
    const went = state === PAID || state === RETURNED;
    if (went || (UNPAID.has(state) && state !== 'voided')) {
      add(fundingAccount, went ? 'debitsPosted' : 'debitsPending', sum);
      add(cashAccount, went ? 'creditsPosted' : 'creditsPending', sum);
    }
    if (state !== RETURNED) continue;
    add(cashAccount, 'debitsPosted', sum);
    add(unclaimed, 'creditsPosted', sum);
    if (releasedAt === null) continue;
    add(unclaimed, 'debitsPosted', sum);
    add(sourceAccount, 'creditsPosted', sum);
  }
  return all;
}
