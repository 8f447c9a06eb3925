import { Stripe } from 'stripe';

/** Nothing of the request can have reached the other side when the connection failed like this. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** A request that got no answer; `sent` when it may have been read and done. */
export class TransportTrouble extends Error {
  override readonly name = 'TransportTrouble';
  readonly sent: boolean;

  constructor(reason: string, cause: unknown) {
    super(`no answer (${reason})`, { cause });
    this.sent = !NEVER_SENT.has(reason);
  }
}

/**
 * The SDK's own HTTP client (or another one in its place), each request once. Without it the SDK sends a request again when a socket closes, whatever
 * `maxNetworkRetries` says, and then tells of the second attempt alone: "refused", although the first may have worked.
 */
export function oneTryClient(client: Stripe.HttpClient = Stripe.createNodeHttpClient()): Stripe.HttpClient {
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request) {
      try {
        return await client.makeRequest(...request);
      } catch (error) {
        throw new TransportTrouble(reasonOf(error), error);
      }
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'broken off';
}
