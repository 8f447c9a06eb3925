import type { Money } from '../money.ts';

/** A sentence for people, in each language we publish. */
export interface LocalText {
  readonly en: string;
  readonly zh: string;
}

/** When cover holds. Minutes are elapsed time (G7). */
export type WindowTerms =
  /** From the first start of the product day to its end, and past it while a shift begun before still runs, plus tail (G8). */
  | { readonly kind: 'whole_day'; readonly tailMinutes: number }
  /** While on shift, plus tail. */
  | { readonly kind: 'on_shift'; readonly tailMinutes: number }
  /** While an order is carried, orders less than the gap apart joined into one session, plus tail. */
  | { readonly kind: 'on_order'; readonly tailMinutes: number; readonly sessionGapMinutes: number };

/** What is charged (G17). A different thing from when cover holds. */
export type ChargeTerms =
  | { readonly kind: 'per_day'; readonly amount: Money }
  /** Union of the day's shifts, whole minutes rounded up, at least `minimumMinutes` once a day; total rounded half up to the minor unit. */
  | { readonly kind: 'per_hour'; readonly amount: Money; readonly minimumMinutes: number }
  /** Distinct accepted, not cancelled order ids. */
  | { readonly kind: 'per_order'; readonly amount: Money };

export type BenefitKind =
  'accidental_death' | 'accidental_disability' | 'medical_expense' | 'hospital_cash' | 'third_party_injury';

export interface BenefitTerms {
  readonly kind: BenefitKind;
  /** Sum insured; for `hospital_cash` the amount per day. */
  readonly limit: Money;
  /** `hospital_cash` only. */
  readonly daysMax?: number;
  /** `accidental_disability` only: per cent of the limit by grade, grade 1 first. */
  readonly gradePercents?: readonly number[];
  readonly text: LocalText;
}

/** One published version of a product: never changes; a change is a new version. */
export interface ProductTerms {
  readonly productId: string;
  readonly version: number;
  readonly name: LocalText;
  readonly summary: LocalText;
  readonly currency: string;
  /** Local wall time `HH:MM` at which the product day begins. */
  readonly dayBoundary: string;
  /** Which facts open cover: a shift's start, or an order's acceptance. */
  readonly unitOfWork: 'shift' | 'order';
  readonly window: WindowTerms;
  readonly charge: ChargeTerms;
  /** A start received later than this after it happened insures from receipt (G9). */
  readonly graceMinutes: number;
  /** A shift without an end is closed at start plus this (G14). */
  readonly longestShiftMinutes: number;
  /** Completed years at the product day, both inclusive. */
  readonly ages: { readonly from: number; readonly to: number };
  readonly benefits: readonly BenefitTerms[];
  readonly exclusions: readonly LocalText[];
  /** One sentence per term a person must know: price, day, window, tail, late reporting, ages. */
  readonly texts: readonly LocalText[];
}

/** `rider-day@1` */
export type ProductRef = string;
