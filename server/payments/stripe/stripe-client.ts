import { Stripe } from 'stripe';
import { oneTryClient } from './one-try-client.ts';

/** How long Stripe may take to answer; what takes longer is `unknown` and reconciled. */
const ANSWER_MS_MAX = 20_000;

export interface StripeAccess {
  readonly secretKey: string;
  /** Instead of Stripe's own address: the sandbox, or another one on this machine. */
  readonly url?: string;
}

export interface StripeTransport {
  readonly answerMsMax?: number;
  /** What carries the requests instead of the SDK's own client for Node: a simulation's. */
  readonly httpClient?: Stripe.HttpClient;
}

/** Whether a key moves real money. */
export const isLiveKey = (secretKey: string): boolean => /^.._live_/.test(secretKey);

/**
 * The SDK as we use it: one try for each request (what went wrong is for us to judge), no telemetry, a bounded wait.
 * Throws when a live key would talk to any other host than Stripe's: the configuration refuses that already, and this is
 * the last place to notice.
 */
export function openStripeClient(
  { secretKey, url }: StripeAccess,
  { answerMsMax = ANSWER_MS_MAX, httpClient }: StripeTransport = {},
): Stripe {
  if (url !== undefined && isLiveKey(secretKey)) {
    throw new Error("A live key of Stripe may talk to Stripe's own address only.");
  }
  const at = url === undefined ? undefined : new URL(url);
  return new Stripe(secretKey, {
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: answerMsMax,
    httpClient: oneTryClient(httpClient),
    appInfo: { name: 'parasol' },
    ...(at === undefined ? {} : { protocol: 'http', host: at.hostname.replace(/^\[|\]$/g, ''), port: at.port }),
  });
}
