import { dayMs, hourMs, minuteMs, overlapInterval, totalMs } from '../calendar.ts';
import type { Instant, Interval } from '../calendar.ts';
import { multiplyMoney, scaleMoney, zeroMoney } from '../money.ts';
import type { Money } from '../money.ts';
import { productTerms } from '../products/catalogue.ts';
import type { ProductRef, ProductTerms } from '../products/product-terms.ts';
import type { CoverTerms, DecidedFact, FoldedCover, FoldedShift, Unavailability } from './cover-facts.ts';
import { foldShifts } from './fold-shifts.ts';

export interface FoldCoverInput {
  readonly cover: CoverTerms;
  /** Any facts of the worker; those of other covers and other shifts do no harm. Load `factWindow`. */
  readonly facts: readonly DecidedFact[];
  readonly unavailability: Unavailability;
  /** Shifts without an end are reported as clipped when their clip lies at or before this; left out: none are. */
  readonly asOf?: Instant;
  /** The published products unless a test brings its own. */
  readonly termsOf?: (ref: ProductRef) => ProductTerms | undefined;
}

/**
 * Protection and charge of a cover as its facts stand (G1): no valid stored start, no cover and no charge. Time for
 * which nobody was protected is never charged. Throws on a product that was never published: a bug.
 */
export function foldCover(input: FoldCoverInput): FoldedCover {
  const { cover, facts, unavailability, asOf } = input;
  const terms = (input.termsOf ?? productTerms)(cover.product);
  if (terms === undefined) throw new Error(`${cover.product} was never published`);
  const folded = foldShifts(facts, { cover, terms, unavailability, ...(asOf === undefined ? {} : { asOf }) });
  const { shifts, windows, contradictions } = folded;
  const { amount, quantity } = chargeOf(shifts, windows, terms);
  return {
    terms: cover,
    live: shifts.length > 0,
    shifts,
    windows,
    charge: { ...amount, final: terms.charge.kind === 'per_day' },
    quantity,
    contradictions,
  };
}

/** The least that a day with accepted work costs: what an answer states as its premium (G17). */
export function minimumCharge(terms: ProductTerms): Money {
  const { charge } = terms;
  return charge.kind === 'per_hour' ? scaleMoney(charge.amount, charge.minimumMinutes, 60) : charge.amount;
}

/** The `occurredAt` range whose events can matter to the covers of a product day (G13). */
export function factWindow(productDayInterval: Interval, terms: ProductTerms): Interval {
  return {
    from: productDayInterval.from - terms.longestShiftMinutes * minuteMs,
    to: productDayInterval.to + (terms.longestShiftMinutes + terms.window.tailMinutes) * minuteMs,
  };
}

/**
 * The `occurredAt` range of the worker's events that `decideCover` may look at for an event that happened at `at`, under
 * any of these products: the whole of its product day, wherever that begins (days have up to 26 hours), and G13 around it.
 */
export function decisionFactWindow(at: Instant, terms: readonly ProductTerms[]): Interval {
  const longestDayMs = dayMs + 2 * hourMs;
  const windows = terms.map((each) => factWindow({ from: at - longestDayMs, to: at + longestDayMs }, each));
  return { from: Math.min(at, ...windows.map(({ from }) => from)), to: Math.max(at, ...windows.map(({ to }) => to)) };
}

function chargeOf(
  shifts: readonly FoldedShift[],
  windows: readonly Interval[],
  terms: ProductTerms,
): { amount: Money; quantity: number } {
  const charged = shifts.filter((shift) => shift.charged && shift.protectedUntil > shift.effectiveAt);
  const { charge } = terms;
  if (charged.length === 0) return { amount: zeroMoney(terms.currency), quantity: 0 };
  switch (charge.kind) {
    case 'per_day':
      return { amount: charge.amount, quantity: 1 };
    case 'per_order': {
      const orders = new Set(charged.map((shift) => shift.orderId ?? shift.shiftId)).size;
      return { amount: multiplyMoney(charge.amount, orders), quantity: orders };
    }
    case 'per_hour': {
      const worked = charged.flatMap(({ effectiveAt, endedAt }) =>
        windows.flatMap((window) => overlapInterval(window, { from: effectiveAt, to: endedAt }) ?? []),
      );
      const minutes = Math.max(charge.minimumMinutes, Math.ceil(totalMs(worked) / minuteMs));
      return { amount: scaleMoney(charge.amount, minutes, 60), quantity: minutes };
    }
  }
}
