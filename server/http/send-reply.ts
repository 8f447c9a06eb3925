import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppContext } from './app-context.ts';
import { isUnchanged } from './etag.ts';
import { linkToNext } from './paginate.ts';
import type { Problem } from './problem.ts';
import type { Reply } from './route.ts';

/** Name, value, name, value ...: the form that Node writes out without looking at it again. */
export type HeaderList = string[];

/** For answers that are data: nothing is run, framed, sniffed or kept. Made once. */
const API_HEADERS = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
} as const;

const API_HEADER_LIST: readonly string[] = Object.entries(API_HEADERS).flat();

/** Sends what a handler answered. `extra` are the headers of this request (`Request-Id`, `RateLimit`). Returns the status. */
export async function sendReply(
  context: AppContext,
  req: IncomingMessage,
  res: ServerResponse,
  reply: Reply,
  extra: HeaderList,
): Promise<number> {
  const etag = reply.headers?.ETag;
  if (
    etag !== undefined &&
    req.method !== 'POST' &&
    reply.status === 200 &&
    isGet(req) &&
    isUnchanged(req.headers, etag)
  ) {
    send(res, 304, undefined, undefined, reply.headers, extra);
    return 304;
  }
  if (reply.nextCursor !== undefined) {
    extra.push('Link', linkToNext(context.origin, req.url ?? '/', reply.nextCursor));
  }
  if (reply.stream !== undefined) {
    await sendStream(req, res, reply.status, reply.stream, reply.headers, extra);
  } else if (reply.bytes !== undefined) {
    send(res, reply.status, reply.bytes.type, reply.bytes.content, reply.headers, extra);
  } else if (reply.json !== undefined) {
    send(res, reply.status, 'application/json; charset=utf-8', JSON.stringify(reply.json), reply.headers, extra);
  } else {
    send(res, reply.status, undefined, undefined, reply.headers, extra);
  }
  return reply.status;
}

/** Sends a problem (RFC 9457). */
export function sendProblem(res: ServerResponse, problem: Problem, extra: HeaderList): void {
  send(res, problem.status, 'application/problem+json', JSON.stringify(problem), undefined, extra);
}

function isGet(req: IncomingMessage): boolean {
  return req.method === 'GET' || req.method === 'HEAD';
}

function send(
  res: ServerResponse,
  status: number,
  type: string | undefined,
  content: string | Buffer | undefined,
  own: Reply['headers'],
  extra: HeaderList,
): void {
  const headers = headerList(own, extra);
  if (type !== undefined) headers.push('Content-Type', type);
  if (content !== undefined) headers.push('Content-Length', String(Buffer.byteLength(content)));
  else if (status !== 204 && status !== 304) headers.push('Content-Length', '0');
  res.writeHead(status, headers).end(content);
}

function headerList(own: Reply['headers'], extra: HeaderList): HeaderList {
  if (own === undefined) return [...API_HEADER_LIST, ...extra];
  // What the handler says about caching and framing wins, whatever the case of its letters.
  const said = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const standing = Object.entries(API_HEADERS).filter(([name]) => !said.has(name.toLowerCase()));
  return [...standing.flat(), ...Object.entries(own).flat(), ...extra];
}

/**
 * Sends chunks as they come, no faster than the reader takes them. The first chunk is made before the status goes out, so
 * that trouble at the beginning is still a problem; later trouble breaks the connection off, so that nobody takes half for
 * the whole.
 */
async function sendStream(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  stream: NonNullable<Reply['stream']>,
  own: Reply['headers'],
  extra: HeaderList,
): Promise<void> {
  const chunks = stream.chunks[Symbol.asyncIterator]();
  try {
    let next = await chunks.next();
    res.writeHead(status, [...headerList(own, extra), 'Content-Type', stream.type]);
    while (next.done !== true && req.method !== 'HEAD' && !res.destroyed) {
      if (!res.write(next.value)) await drained(res);
      next = await chunks.next();
    }
    res.end();
  } finally {
    await chunks.return?.();
  }
}

/** Resolves when the reader has taken what was written, or is gone. */
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    res.on('drain', done);
    res.on('close', done);
  });
}
