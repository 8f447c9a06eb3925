import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Database } from './database/connect.ts';
import type { DepositBook } from './deposits/deposit-book.ts';
import type { IdMaker } from './database/ids.ts';
import type { Models } from './database/models.ts';
import type { Metrics } from './http/metrics.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { PaymentProviders } from './payments/readable-provider.ts';
import type { PolicyBook } from './policies/policy-book.ts';
import type { Secrets } from './people/secrets.ts';
import type { DisclosureLog } from './audit/disclosure-log.ts';
import type { ShiftIntake } from './shifts/shift-intake.ts';
import type { UnavailabilityBook } from './shifts/unavailability-book.ts';

/** What every use case is given. Made in one place: `open-services.ts`. */
export interface Services {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: IdMaker;
  readonly log: Logger;
  readonly database: Database;
  readonly models: Models;
  readonly metrics: Metrics;
  /** Encryption, keyed hashes and the certificate signing keys. */
  readonly secrets: Secrets;
  /** Policy revisions by platform, kept fresh in memory for the hot path. */
  readonly policies: PolicyBook;
  /** Ways in and out for money. */
  readonly payments: PaymentProviders;
  readonly unavailability: UnavailabilityBook;
  /** The deposits' envelopes of this process (G21). */
  readonly deposits: DepositBook;
  /** The group commit of shift events. */
  readonly intake: ShiftIntake;
  /** The one door through which money moves. */
  readonly ledger: Ledger;
  /** Who read whose data. */
  readonly disclosures: DisclosureLog;
}
