import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type Script = (req: IncomingMessage, res: ServerResponse) => void;

/** A server on this machine that answers as it is told: for what a well-behaved fake would never do. */
export interface ScriptedServer {
  readonly url: string;
  /** How many requests came since the last script. */
  readonly count: number;
  answer(script: Script): void;
  close(): Promise<void>;
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  let script: Script = (_req, res) => void res.writeHead(500).end();
  let count = 0;
  const server = createServer((req, res) => {
    count += 1;
    req.resume().on('end', () => script(req, res));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    get count() {
      return count;
    },
    answer(next) {
      script = next;
      count = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with a status and a JSON body, as Stripe writes its errors. */
export function fails(
  status: number,
  error: Readonly<Record<string, unknown>>,
  headers: Record<string, string> = {},
): Script {
  return (_req, res) =>
    void res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify({ error }));
}
