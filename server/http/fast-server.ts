import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:http';
import { request as expressRequest, response as expressResponse } from 'express';
import type { Express } from 'express';

/** Node looks for requests that take too long this often; its own 30 s would let a slow sender have twice the time. */
const OPTIONS = { connectionsCheckingInterval: 2_000 } as const;

/**
 * An HTTP server for an Express app that does not pay for `Object.setPrototypeOf` on each request. Express gives every
 * request and response another prototype, which makes V8 (Node 12 to 22) drop what it had optimised: 6.5 k requests a
 * second here, against 21 k when requests are made with Express's properties on their own flat prototype, so that Express
 * sets the prototype they already have (expressjs/express#5998, nodejs/node#37457). Node 24 needs none of it.
 *
 * `fast: false` (`PARASOL_FAST_SERVER=off`) is plain Express; a test compares the answers of both.
 */
export function createServerFor(app: Express, fast: boolean): Server {
  if (!fast) return createServer(OPTIONS, app);
  class FlatRequest extends IncomingMessage {}
  class FlatResponse extends ServerResponse<FlatRequest> {}
  // Copies, not a chain: a chained prototype is as slow as before.
  for (const source of [expressRequest, app.request]) copyOwn(source, FlatRequest.prototype);
  for (const source of [expressResponse, app.response]) copyOwn(source, FlatResponse.prototype);
  Object.assign(app, { request: FlatRequest.prototype, response: FlatResponse.prototype });
  return createServer({ ...OPTIONS, IncomingMessage: FlatRequest, ServerResponse: FlatResponse }, app);
}

function copyOwn(source: object, target: object): void {
  Object.defineProperties(target, Object.getOwnPropertyDescriptors(source));
}
