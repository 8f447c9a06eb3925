/** How the sandbox behaves when nothing is ordered otherwise. Amounts are in minor units of whatever currency. */
export interface SandboxSettings {
  /** Stripe's fee on a payment, rounded up: `amount * feePermille / 1000 + feeFixed`. */
  readonly feePermille: number;
  readonly feeFixed: number;
  /** From a payment until its money is available. */
  readonly settlementMs: number;
  /** From the creation of an outbound payment until it is posted, or fails. */
  readonly postingMs: number;
  /** From posting until a payment to a magic account comes back. */
  readonly returnMs: number;
  /** How long a delayed payment method takes to succeed or fail. */
  readonly delayedPaymentMs: number;
  readonly sessionExpiryMs: number;
  /** For how long the keys of v1 and of v2 are remembered. */
  readonly keysV1Ms: number;
  readonly keysV2Ms: number;
  readonly eventsKeptMs: number;
  /** Where the payer's pages are, without a slash at the end. */
  readonly publicUrl: string;
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

export const DEFAULT_SETTINGS: SandboxSettings = {
  feePermille: 29,
  feeFixed: 30,
  settlementMs: 2 * DAY,
  postingMs: 2 * SECOND,
  returnMs: DAY,
  delayedPaymentMs: 3 * DAY,
  sessionExpiryMs: DAY,
  keysV1Ms: DAY,
  keysV2Ms: 30 * DAY,
  eventsKeptMs: 30 * DAY,
  publicUrl: 'http://sandbox.invalid',
};
