import { pino } from 'pino';
import type { Actor } from '../../actor.ts';
import { MovableClock } from '../../clock.ts';
import type { Clock } from '../../clock.ts';
import { readConfig } from '../../config.ts';
import type { Config } from '../../config.ts';
import { idMaker } from '../../database/ids.ts';
import type { Services } from '../../services.ts';
import { Refusal } from '../../../programs/refusal.ts';
import type { Authenticator } from '../authenticate.ts';
import { openMetrics } from '../metrics.ts';

export interface BareOptions {
  readonly config?: Partial<Config>;
  readonly clock?: Clock;
  readonly log?: Services['log'];
  readonly intake?: Services['intake'];
}

export const BARE_NOW = Date.UTC(2026, 2, 1, 8);

/** Services without a database, for tests and measures of what stands around the handlers: the rest throws when touched. */
export function bareServices(options: BareOptions = {}): Services {
  const clock = options.clock ?? new MovableClock(BARE_NOW);
  return {
    config: { ...readConfig({ NODE_ENV: 'test', PARASOL_PORT: '0' }), ...options.config },
    clock,
    ids: idMaker(clock),
    log: options.log ?? pino({ level: 'silent' }),
    metrics: openMetrics(),
    get database() {
      return absent('database');
    },
    get models() {
      return absent('models');
    },
    get secrets() {
      return absent('secrets');
    },
    get policies() {
      return absent('policies');
    },
    payments: {},
    get unavailability() {
      return absent('unavailability');
    },
    get intake() {
      return options.intake ?? absent('intake');
    },
    get deposits() {
      return absent('deposits');
    },
    get ledger() {
      return absent('ledger');
    },
    get disclosures() {
      return absent('disclosures');
    },
  };
}

/** Knows these tokens, and no others. */
export function fixedAuthenticator(actors: Readonly<Record<string, Actor>>): Authenticator {
  const byHeader = new Map(Object.entries(actors).map(([token, actor]) => [`Bearer ${token}`, actor]));
  return {
    authenticate(authorization) {
      if (authorization === undefined) throw new Refusal('unauthenticated', 'credentials_missing', 'No credentials.');
      const actor = byHeader.get(authorization);
      if (actor === undefined) throw new Refusal('unauthenticated', 'credentials_unknown', 'Unknown.');
      return actor;
    },
  };
}

function absent(name: string): never {
  throw new Error(`These services have no ${name}.`);
}
