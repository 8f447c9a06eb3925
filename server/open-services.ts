import pino, { type Logger } from 'pino';
import { openDisclosureLog } from './audit/open-disclosure-log.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Database } from './database/connect.ts';
import { idMaker } from './database/ids.ts';
import { openModels } from './database/models.ts';
import { openDepositBook } from './deposits/open-deposit-book.ts';
import { openMetrics } from './http/metrics.ts';
import { openLedger } from './ledger/open-ledger.ts';
import { openSecrets } from './people/open-secrets.ts';
import { openBankFileProvider } from './payments/bank/bank-file-provider.ts';
import { openPaymentProviders } from './payments/open-payment-providers.ts';
import { openPolicyBook } from './policies/open-policy-book.ts';
import { secretKeys } from './secret-keys.ts';
import type { Services } from './services.ts';
import { openShiftIntake } from './shifts/open-shift-intake.ts';
import { openUnavailabilityBook } from './shifts/open-unavailability-book.ts';

export interface OpenOptions {
  readonly config: Config;
  /** Connected and migrated. */
  readonly database: Database;
  readonly clock?: Clock;
  readonly log?: Logger;
}

/** Services with what only their owner may do. */
export interface OpenServices extends Services {
  /** Says that an API process is here (G9); the owner of an API calls it on a timer. */
  beat(): Promise<void>;
  /** Finishes what was admitted and writes what is buffered. The database stays open: it belongs to who opened it. */
  close(): Promise<void>;
}

/** Lines go out some at a time: one write a request would cost as much as the request. Bugs go out at once. */
const LOG_BYTES = 4_096;
const LOG_DELAY_MS = 500;

function openLog(config: Config): Logger {
  const lines = pino.destination({ dest: 2, sync: false, minLength: LOG_BYTES, periodicFlush: LOG_DELAY_MS });
  return pino({ level: config.logLevel }, lines);
}

/** The one composition root: configuration and database in, services out. */
export async function openServices({ config, database, clock = systemClock, log }: OpenOptions): Promise<OpenServices> {
  const models = openModels(database.connection);
  const ids = idMaker(clock);
  const logger = log ?? openLog(config);
  const unavailability = openUnavailabilityBook(database, models, clock);
  await unavailability.refresh();
  const secrets = openSecrets(secretKeys(config));
  const metrics = openMetrics();
  const base = {
    config,
    clock,
    ids,
    log: logger,
    database,
    models,
    metrics,
    secrets,
    policies: openPolicyBook(models, clock),
    unavailability,
    disclosures: openDisclosureLog(models, clock, ids, logger),
    ledger: openLedger({ database, clock, log: logger, metrics }),
  };
  const payments = { ...openPaymentProviders(base), bank_file: openBankFileProvider(base) };
  const paying = { ...base, payments };
  const services = { ...paying, deposits: openDepositBook(paying) };
  const intake = openShiftIntake(services);
  return {
    ...services,
    intake,
    async beat() {
      services.deposits.retire();
      await unavailability.beat();
    },
    async close() {
      await intake.drain();
      await services.deposits.close();
      await services.ledger.drain();
      await payments.sandbox?.close();
      await services.disclosures.flush();
    },
  };
}
