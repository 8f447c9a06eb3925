import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A call as it came in. */
export interface Received {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it came, byte for byte. */
  readonly body: string;
  readonly type: string;
  readonly aggregateId: string;
}

/** What to answer; a function may also never answer. */
export type Answering = number | ((call: Received, response: ServerResponse) => void);

export interface Receiver {
  readonly url: string;
  readonly calls: Received[];
  /** What is answered from now on. */
  answer: Answering;
  close(): Promise<void>;
}

/** A receiver of webhooks on this machine, a real server on a port of its own; answers 200 unless told otherwise. */
export async function openReceiver(): Promise<Receiver> {
  const calls: Received[] = [];
  let answer: Answering = 200;
  const server = createServer((request, response) => {
    void read(request).then((call) => {
      calls.push(call);
      if (typeof answer === 'function') answer(call, response);
      else response.writeHead(answer).end('seen');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    calls,
    get answer() {
      return answer;
    },
    set answer(next) {
      answer = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const event: unknown = JSON.parse(body);
  const field = (name: string): string => String(Object.entries(event ?? {}).find(([key]) => key === name)?.[1] ?? '');
  return { id: headers['webhook-id'] ?? '', headers, body, type: field('type'), aggregateId: field('aggregateId') };
}
