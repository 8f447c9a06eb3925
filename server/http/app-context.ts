import type { Services } from '../services.ts';
import type { Authenticator } from './authenticate.ts';
import type { RateLimit } from './rate-limit.ts';

/** What all routes of one app share. */
export interface AppContext {
  readonly services: Services;
  readonly authenticator: Authenticator;
  /** By key or token, over all routes. */
  readonly callers: RateLimit;
  /** By address, over all public routes. */
  readonly addresses: RateLimit;
  /** Wrong credentials by address: guessing costs. */
  readonly failures: RateLimit;
  /** What links begin with; '' gives links relative to the server. */
  readonly origin: string;
  readonly state: AppState;
}

export interface AppState {
  /** Set when the server is about to close: `/readyz` says no, connections are not kept. */
  draining: boolean;
}
