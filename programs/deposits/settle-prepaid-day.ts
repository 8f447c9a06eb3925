/**
 * The money of one product day of a prepaid policy, in minor units. Drawn money was spent by envelopes for the day's covers;
 * owed is what its statements charge. Everything is a sum over the day's life.
 */
export interface PrepaidDay {
  /** What its statements charged before this. */
  readonly owed: number;
  readonly drawn: number;
  /** Of the drawn money: what paid statements, and what went back to the deposit. */
  readonly applied: number;
  readonly returned: number;
  /** What the deposit paid beyond the drawn money, less what corrections gave back to it. */
  readonly charged: number;
}

/** What is to be moved now; none is negative. */
export interface PrepaidMoves {
  /** Drawn money pays the statements. */
  readonly apply: number;
  /** The deposit pays what the drawn money does not reach for. */
  readonly charge: number;
  /** A correction goes back to the deposit. */
  readonly credit: number;
  /** Drawn money that the day does not need goes back to the deposit. */
  readonly giveBack: number;
  /** Owed and not to be had: it is invoiced. Cover given is never taken back (G21). Negative: a credit for the next invoice. */
  readonly invoiced: number;
}

/**
 * Settles what is new of a day: statements of `added` minor units in all (negative where credits prevail), and whatever was
 * drawn meanwhile. `dayOver`: nothing more is expected, so what is left of the drawn money goes back.
 */
export function settlePrepaidDay(
  day: PrepaidDay,
  added: number,
  { depositAvailable, dayOver }: { readonly depositAvailable: number; readonly dayOver: boolean },
): PrepaidMoves {
  const drawnLeft = day.drawn - day.applied - day.returned;
  const apply = Math.max(0, Math.min(added, drawnLeft));
  const giveBack = dayOver ? drawnLeft - apply : 0;
  const charge = Math.max(0, Math.min(added - apply, depositAvailable));
  // A credit first lowers what was invoiced; only what the deposit paid beyond the new sum comes back to it.
  const paid = day.applied + day.charged;
  const credit = Math.max(0, Math.min(-added, paid - (day.owed + added)));
  return { apply, charge, credit, giveBack, invoiced: added - apply - charge + credit };
}
