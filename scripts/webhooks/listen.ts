import { createServer, type IncomingMessage } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { Refusal } from '../../programs/refusal.ts';
import type { Cli } from '../cli/cli.ts';

export interface ListenOptions {
  readonly port: number;
  readonly secret: string;
  readonly json: boolean;
  /** End after so many calls; without it, on a signal. */
  readonly count?: number;
}

const BODY_BYTES_MAX = 1024 * 1024;

/**
 * Listens on 127.0.0.1 and prints each call, verified as any receiver should: a call whose signature or time is not right
 * is shown as such and answered 401. Resolves when `count` calls came, or the process is told to end.
 * Throws `port_in_use`.
 */
export async function listenForWebhooks(
  cli: Pick<Cli, 'out' | 'note'>,
  { port, secret, json, count }: ListenOptions,
): Promise<void> {
  const webhook = new Webhook(secret);
  let calls = 0;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const server = createServer((request, response) => {
    receive(request, webhook).then(
      (call) => {
        response.writeHead(call.verified ? 204 : 401).end();
        cli.out(json ? JSON.stringify(call) : wordsOf(call));
        calls += 1;
        if (calls === count) end();
      },
      (error: unknown) => {
        response.writeHead(400).end();
        cli.note(`A call broke off: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
  });
  await listening(server, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  cli.note(`Listening on http://127.0.0.1:${bound}; Ctrl-C ends it.`);
  process.once('SIGINT', end).once('SIGTERM', end);
  await ended;
  process.off('SIGINT', end).off('SIGTERM', end);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
}

interface Call {
  readonly verified: boolean;
  /** Why it was not. */
  readonly problem?: string;
  readonly id: string | undefined;
  readonly event: unknown;
}

async function receive(request: IncomingMessage, webhook: Webhook): Promise<Call> {
  const body = await read(request);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join() : (value ?? '')]),
  );
  const id = headers['webhook-id'];
  try {
    return { verified: true, id, event: webhook.verify(body, headers) };
  } catch (error) {
    // A body that is signed but no JSON is as wrong as one that is not signed.
    if (!(error instanceof WebhookVerificationError || error instanceof SyntaxError)) throw error;
    return { verified: false, problem: error.message, id, event: body };
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('the body is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function wordsOf({ verified, problem, id, event }: Call): string {
  if (!verified) return `NOT VERIFIED (${problem}) ${id ?? 'without an id'}`;
  return `verified ${id}\n${JSON.stringify(event, null, 2)}`;
}

async function listening(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `Port ${port} is in use: choose another one, or 0 for a free one.`;
      reject(error.code === 'EADDRINUSE' ? new Refusal('conflict', 'port_in_use', message) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}
