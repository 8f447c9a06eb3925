import { breach, type Breach } from './invariants.ts';
import type { TransferKind } from './transfer-kinds.ts';

/** The terms of the identity of H5. */
export const PROGRAM_TERMS = [
  'gross',
  'matches',
  'refunds',
  'disputes',
  'spent',
  'returned',
  'recovered',
  'setApart',
  'fees',
  'expenses',
  'losses',
] as const;
export type ProgramTerm = (typeof PROGRAM_TERMS)[number];

interface Meaning {
  readonly term: ProgramTerm;
  /** Whether the term grows by money that comes in or by money that goes out. */
  readonly grows: 'in' | 'out';
}
const comesIn = (term: ProgramTerm): Meaning => ({ term, grows: 'in' });
const goesOut = (term: ProgramTerm): Meaning => ({ term, grows: 'out' });

/**
 * What a transfer between a program's accounts and others means. A kind that is not listed has no business there; moves
 * among a program's own accounts (into its pool, against its deficit) mean nothing to the identity.
 */
export const PROGRAM_MEANING: Readonly<Partial<Record<TransferKind, Meaning>>> = {
  opening_balance: comesIn('gross'),
  donation_received: comesIn('gross'),
  donation_matched: comesIn('matches'),
  donation_refunded: goesOut('refunds'),
  donation_disputed: goesOut('disputes'),
  donation_fee: goesOut('fees'),
  provider_fee: goesOut('fees'),
  program_expense: goesOut('expenses'),
  program_loss: goesOut('losses'),
  written_off: goesOut('losses'),
  program_spent: goesOut('spent'),
  payout: goesOut('spent'),
  payout_returned: comesIn('returned'),
  payout_released: comesIn('returned'),
  payout_recovered: comesIn('recovered'),
  envelope_opened: goesOut('setApart'),
  envelope_drawn: goesOut('setApart'),
  envelope_closed: goesOut('setApart'),
};

/** The money of one program in one currency, in minor units. */
export interface ProgramFacts {
  readonly program: string;
  readonly currency: string;
  /** What came in from outside the program's accounts less what went out, posted, by kind of transfer. */
  readonly inflows: ReadonlyMap<string, number>;
  /** Credit balances less debit balances of its accounts, posted: available and reserved, less its deficit and its own cost accounts. */
  readonly balance: number;
}

/** The terms as the transfers tell them, and what came in under kinds that have no business there. */
export function programTerms({ inflows }: Pick<ProgramFacts, 'inflows'>): {
  readonly terms: Readonly<Record<ProgramTerm, number>>;
  readonly strangers: readonly string[];
} {
  const terms: Record<ProgramTerm, number> = {
    gross: 0,
    matches: 0,
    refunds: 0,
    disputes: 0,
    spent: 0,
    returned: 0,
    recovered: 0,
    setApart: 0,
    fees: 0,
    expenses: 0,
    losses: 0,
  };
  const strangers: string[] = [];
  const meanings = new Map<string, Meaning>(Object.entries(PROGRAM_MEANING));
  for (const [kind, inflow] of inflows) {
    const meaning = meanings.get(kind);
    if (meaning === undefined) strangers.push(kind);
    else terms[meaning.term] += meaning.grows === 'in' ? inflow : -inflow;
  }
  return { terms, strangers };
}

/**
 * L12, the identity of H5: net = gross - refunds - lost disputes + matches, and
 * net = available + reserved + (spent - returned - recovered) + fees + expenses + losses - deficit.
 * Left and right come from two places: from the transfers by their kinds, and from the accounts by their totals.
 */
export function checkProgram(facts: ProgramFacts): Breach[] {
  const { terms, strangers } = programTerms(facts);
  const net = terms.gross - terms.refunds - terms.disputes + terms.matches;
  const used = terms.spent - terms.returned - terms.recovered + terms.fees + terms.expenses + terms.losses;
  const right = facts.balance + terms.setApart + used;
  if (net === right && strangers.length === 0) return [];
  const why = strangers.length > 0 ? ` ${strangers.join(', ')} has no business in a program.` : '';
  const message = `Net gifts are ${net}; what is there and what was used is ${right}.${why}`;
  return [breach('L12', { subject: `program ${facts.program} ${facts.currency}` }, message)];
}
