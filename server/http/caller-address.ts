import type { IncomingMessage } from 'node:http';

/**
 * The address that a request comes from. Behind proxies of ours it is the one that the outermost of them saw: each appends
 * to `X-Forwarded-For`, so it is counted from the right; what stands further left was written by the caller.
 */
export function addressOf(req: IncomingMessage, trustedProxies: number): string {
  const own = req.socket.remoteAddress ?? 'unknown';
  if (trustedProxies === 0) return own;
  const forwarded = req.headers['x-forwarded-for'];
  const chain = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? ''))
    .split(',')
    .map((part) => part.trim());
  return chain.at(-trustedProxies) || own;
}
