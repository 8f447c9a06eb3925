import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { CallAnswer } from '../../programs/webhooks/decide-delivery.ts';
import { targetProblem, type TargetPolicy } from '../../programs/webhooks/target-address.ts';
import { guardedLookup, TargetRefused, type Resolve } from './resolve-host.ts';

export interface EndpointCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  readonly policy: TargetPolicy;
  /** For all of it: name, connection, answer. */
  readonly timeoutMs: number;
  readonly resolve: Resolve;
}

export interface CallResult {
  readonly answer: CallAnswer;
  /** Why there was no answer. */
  readonly problem?: string;
  /** The beginning of what was answered, as text. */
  readonly body: string;
  readonly durationMs: number;
}

const BODY_BYTES_KEPT = 1_024;
const HEADER_BYTES_MAX = 16_384;

/**
 * One POST, and what came of it; never throws. Redirects are answers like others. Each call has a connection of its own,
 * so that every one of them passes the rules of where we may call; of the answer's body no more is read than is kept.
 */
export async function callEndpoint(call: EndpointCall): Promise<CallResult> {
  const startedAt = performance.now();
  const ended = (answer: CallAnswer, rest: { problem?: string; body?: string }): CallResult => ({
    answer,
    body: '',
    ...rest,
    durationMs: Math.round(performance.now() - startedAt),
  });
  const refused = targetProblem(call.url, call.policy);
  if (refused !== undefined) return ended({ kind: 'failed' }, { problem: `Not called. ${refused}` });
  try {
    const response = await send(call);
    const retryAfterMs = retryAfter(response);
    const answer: CallAnswer = {
      kind: 'answered',
      status: response.statusCode ?? 0,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
    return ended(answer, { body: await beginningOf(response) });
  } catch (error) {
    return ended({ kind: 'failed' }, { problem: sentenceOf(error, call.timeoutMs) });
  }
}

/** Resolves with the head of the answer. */
async function send(call: EndpointCall): Promise<IncomingMessage> {
  const { request } = call.url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(call.url, {
      method: 'POST',
      agent: false,
      lookup: guardedLookup(call.resolve, call.policy),
      signal: AbortSignal.timeout(call.timeoutMs),
      maxHeaderSize: HEADER_BYTES_MAX,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(call.body),
        'user-agent': 'Parasol-Webhooks/1',
        ...call.headers,
      },
    });
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end(call.body);
  });
}

/** The status has decided already: a body that breaks off or comes too slowly changes nothing. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await new Promise<void>((resolve) => {
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= BODY_BYTES_KEPT) resolve();
    });
    response.on('end', resolve);
    response.on('close', resolve);
    response.on('error', () => resolve());
  });
  response.destroy();
  return Buffer.concat(chunks).subarray(0, BODY_BYTES_KEPT).toString('utf8');
}

/** In seconds; a date is ignored, our own delay serves. */
function retryAfter({ headers }: IncomingMessage): number | undefined {
  const text = headers['retry-after'];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : undefined;
}

function sentenceOf(error: unknown, timeoutMs: number): string {
  if (error instanceof TargetRefused) return `Not called. ${error.message}`;
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return `No answer within ${timeoutMs / 1_000} s.`;
  // With several addresses tried the message is empty, and the code says it.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return `Not reached: ${error.message === '' ? code : error.message}`.slice(0, 500);
}
