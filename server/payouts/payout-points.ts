/** The steps of a payout at whose edges a process may die. README.md says what each death leaves and who goes on. */
const PAYOUT_STEPS = [
  /** Intent, reservation and outbox row. */
  'create',
  /** Kept although the money lacks, or the reservation tried again. */
  'await_funds',
  'fund',
  'approve',
  'void',
  /** The payee's present version is taken, or the wait before an attempt goes on. */
  'gate',
  /** Lease and idempotency key: the key is stored by this commit, before any call. */
  'claim',
  /** The provider's call; no commit of ours. */
  'call',
  /** What the call answered. */
  'complete',
  /** A look into the provider's books; no commit of ours. */
  'look',
  /** What the look means where it found nothing. */
  'reconcile',
  /** A fact from the provider; that the money came back has points of its own. */
  'outcome',
  'return',
  /** The next attempt after a failure, or the linked payout after a return. */
  'retry',
  /** What had come back goes to where it came from. */
  'release',
] as const;

export type PayoutStep = (typeof PAYOUT_STEPS)[number];
export type PayoutPoint = `${PayoutStep}.before` | `${PayoutStep}.after`;

/** Every named place to die at: before and after each step. */
export const PAYOUT_POINTS: readonly PayoutPoint[] = PAYOUT_STEPS.flatMap((step): PayoutPoint[] => [
  `${step}.before`,
  `${step}.after`,
]);
