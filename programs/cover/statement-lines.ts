import type { ContradictionCode, FoldedCover } from './cover-facts.ts';

/** A line that stands on an issued statement, as far as the next close must know it. */
export interface IssuedLine {
  readonly coverId: string;
  /** 1 for the first charge of the cover, then 2, 3 ... */
  readonly revision: number;
  readonly quantity: number;
  /** Minor units; negative on a credit. */
  readonly amount: number;
  readonly currency: string;
}

/** Why a line is there; contradictions that the fold settled are told beside. */
export type LineReason = 'first_charge' | 'late_report' | 'charge_voided' | ContradictionCode;

/**
 * `charge` is a cover's first line; later ones correct it: `debit` adds, `credit` takes back. A line whose amount is 0
 * corrects the quantity alone (an hourly tariff may round two durations to one price).
 */
export interface NewLine extends IssuedLine {
  readonly kind: 'charge' | 'debit' | 'credit';
  readonly workerId: string;
  /** The events the charge came from, without repetition. */
  readonly eventIds: readonly string[];
  readonly reasons: readonly LineReason[];
}

/** What a statement declares of its lines; a sum over several calls is the declaration of the whole. */
export interface DeclaredLines {
  readonly lines: readonly NewLine[];
  readonly lineCount: number;
  /** Minor units; negative where credits prevail. */
  readonly amount: number;
}

/**
 * The lines that a close has to issue now: what the covers' folds charge, less what issued lines already charged (G18).
 * At most one line per cover, in the covers' order; none where nothing changed. The sum of all lines ever issued for a
 * cover is its folded charge, whatever was corrected in between.
 * Throws a plain Error where the books cannot be right: a cover given twice, two currencies, an unsafe sum.
 */
export function statementLines(covers: readonly FoldedCover[], issued: readonly IssuedLine[]): DeclaredLines {
  const issuedByCover = new Map<string, IssuedLine[]>();
  for (const line of issued) {
    const ofCover = issuedByCover.get(line.coverId);
    if (ofCover) ofCover.push(line);
    else issuedByCover.set(line.coverId, [line]);
  }
  const seen = new Set<string>();
  const lines: NewLine[] = [];
  let amount = 0;
  for (const cover of covers) {
    const { coverId } = cover.terms;
    if (seen.has(coverId)) throw new Error(`Cover ${coverId} was given twice to one close.`);
    seen.add(coverId);
    const line = lineFor(cover, issuedByCover.get(coverId) ?? []);
    if (!line) continue;
    lines.push(line);
    amount = safeSum(amount, line.amount);
  }
  return { lines, lineCount: lines.length, amount };
}

function lineFor(cover: FoldedCover, issued: readonly IssuedLine[]): NewLine | undefined {
  const { terms, live, charge } = cover;
  let quantity = live ? cover.quantity : 0;
  let amount = live ? charge.amount : 0;
  let last = 0;
  for (const line of issued) {
    if (line.currency !== charge.currency) {
      throw new Error(`Cover ${terms.coverId} was charged in ${line.currency} and now in ${charge.currency}.`);
    }
    quantity -= line.quantity;
    amount = safeSum(amount, -line.amount);
    last = Math.max(last, line.revision);
  }
  if (amount === 0 && quantity === 0) return undefined;
  return {
    coverId: terms.coverId,
    revision: last + 1,
    kind: last === 0 ? 'charge' : amount < 0 || (amount === 0 && quantity < 0) ? 'credit' : 'debit',
    workerId: terms.workerId,
    quantity,
    amount,
    currency: charge.currency,
    eventIds: eventIdsOf(cover),
    reasons: reasonsOf(cover, last === 0),
  };
}

function eventIdsOf({ terms, shifts }: FoldedCover): readonly string[] {
  const ids = new Set(shifts.flatMap(({ eventIds }) => eventIds));
  // A voided cover has no shift left; its opening event still leads a reader to what happened.
  return ids.size > 0 ? [...ids] : [terms.openedByEventId];
}

function reasonsOf({ live, charge, contradictions }: FoldedCover, first: boolean): readonly LineReason[] {
  const why = first ? 'first_charge' : !live || charge.amount === 0 ? 'charge_voided' : 'late_report';
  return [...new Set<LineReason>([why, ...contradictions.map(({ code }) => code)])];
}

function safeSum(a: number, b: number): number {
  const sum = a + b;
  if (!Number.isSafeInteger(sum)) throw new Error('A statement amounts to more than can be counted exactly.');
  return sum;
}
