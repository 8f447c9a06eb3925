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

/** States in which nothing is under way any more. In the last three, no money may have gone. */
const PAID = 'paid';
const UNPAID = new Set(['failed', 'payee_fix', 'voided']);

interface StoredPayout {
  readonly _id: string;
  readonly state: string;
  readonly amount: { readonly amount: number };
}

export interface AuditInput {
  readonly client: MongoClient;
  readonly database: string;
  readonly books: SandboxBooks;
  /** The ids of the payouts that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  readonly funded: number;
  readonly cashAccount: string;
  readonly fundingAccount: string;
}

export async function auditPayouts(input: AuditInput): Promise<PayoutAudit> {
  const { client, database, books, acknowledged, funded, cashAccount, fundingAccount } = input;
  const db = client.db(database);
  const stored = await db.collection<StoredPayout>('payouts').find().toArray();
  const byId = new Map(stored.map((payout) => [payout._id, payout]));
  const findings: string[] = [...books.breaches.map((breach) => `the fake: ${breach}`)];
  let missing = 0;
  const miss = (sentence: string): void => {
    missing += 1;
    findings.push(sentence);
  };

  for (const id of acknowledged) if (!byId.has(id)) miss(`${id} was acknowledged and is not stored`);
  let paidOut = 0;
  for (const { _id, state, amount } of stored) {
    const sent = books.sentByPayout[_id] ?? 0;
    if (state === PAID) {
      paidOut += Number(amount.amount);
      if (sent === 0) miss(`${_id} is said to be paid, and no money went`);
    } else if (UNPAID.has(state)) {
      if (sent > 0) miss(`${_id} is ${state}, and money went`);
    } else miss(`${_id} is still ${state}`);
  }
  const doubled = Object.entries(books.sentByPayout).filter(([, sent]) => sent > 1);
  for (const [id, sent] of doubled) findings.push(`${id} was paid ${sent} times`);
  for (const id of Object.keys(books.sentByPayout)) if (!byId.has(id)) findings.push(`${id} was paid and is unknown`);

  const left = books.balances.find(({ currency }) => currency === 'cny');
  const gone = funded - (left?.available ?? 0) - (left?.pending ?? 0);
  if (gone !== paidOut) findings.push(`the fake paid out ${gone}, the payouts come to ${paidOut}`);
  for (const [account, side] of [
    [cashAccount, 'credits'],
    [fundingAccount, 'debits'],
  ] as const) {
    const totals = await db
      .collection<Record<string, unknown> & { _id: string }>('ledger_accounts')
      .findOne({ _id: account });
    const posted = Number(totals?.[`${side}Posted`] ?? 0);
    const pending = Number(totals?.[`${side}Pending`] ?? 0);
    if (posted !== paidOut) findings.push(`${account} has ${side} of ${posted}, the payouts come to ${paidOut}`);
    const reserved = stored.filter(({ state }) => UNPAID.has(state) && state !== 'voided');
    const held = reserved.reduce((sum, { amount }) => sum + Number(amount.amount), 0);
    if (pending !== held) findings.push(`${account} has ${pending} reserved, the unpaid payouts come to ${held}`);
  }
  return { payouts: stored.length, doubled: doubled.length, missing, findings };
}
