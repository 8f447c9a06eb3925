import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock } from '../../clock.ts';
import type { Clock } from '../../clock.ts';
import { metaOf } from './context.ts';
import { answerControl } from './control-api.ts';
import { Journal } from './journal.ts';
import { answerPage } from './pay-door.ts';
import { SandboxCore } from './sandbox-core.ts';
import type { SandboxSettings } from './settings.ts';
import { sendDueWebhooks } from './webhook-sender.ts';

export interface SandboxOptions {
  /** 0 or absent: any free one. Always on 127.0.0.1. */
  readonly port?: number;
  /** Its journal; absent: all is forgotten at the end. */
  readonly file?: string;
  /** Absent: the one that was set last, if any. */
  readonly webhookUrl?: string;
  readonly webhookSecret: string;
  /** Of a new journal. */
  readonly seed: string;
  readonly settings?: Partial<SandboxSettings>;
  readonly clock?: Clock;
  /** Gets what went wrong inside, in words. */
  readonly onTrouble: (message: string) => void;
}

export interface RunningSandbox {
  readonly url: string;
  readonly port: number;
  readonly core: SandboxCore;
  /** Its own time: the clock's, and what it was moved by. */
  readonly clock: Clock;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1024 * 1024;
const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;
/** Between two looks at what is due, at most: a moved clock must not wait. */
const LOOK_MS_MAX = 250;

/** Starts the sandbox behind HTTP on this machine. Rejects when the port is taken or the journal cannot be read. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const { clock: base = systemClock, webhookSecret, onTrouble } = options;
  const journal = options.file === undefined ? undefined : new Journal(options.file);
  const flushed = async (): Promise<void> => journal?.flushed();
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The sandbox has no port.');
  const url = `http://127.0.0.1:${address.port}`;
  const core = new SandboxCore({
    seed: options.seed,
    settings: { publicUrl: url, ...options.settings },
    history: journal?.history ?? [],
    onChanges: (changes) => journal?.append(changes),
  });
  const clock: Clock = { now: () => base.now() + metaOf(core.store).clockOffsetMs };
  const { webhookUrl } = options;
  if (webhookUrl !== undefined) {
    core.act(clock.now(), ({ store }) => store.put('meta', { ...metaOf(store), webhookUrl }));
  }

  const shell = { core, clock, base, flushed };
  const pump = startPump(async () => {
    core.advance(clock.now());
    await sendDueWebhooks({ core, clock, receiverClock: base, secret: webhookSecret, flushed });
  }, onTrouble);
  server.on('request', (request, response) => {
    answer(request, response, shell)
      .catch((error: unknown) => {
        onTrouble(
          `${request.method ?? ''} ${request.url ?? ''}: ${error instanceof Error ? error.message : String(error)}`,
        );
        response.destroy();
      })
      .finally(pump.wake);
  });
  return {
    ...{ url, port: address.port, core, clock },
    close: async () => {
      await pump.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await journal?.close();
    },
  };
}

export interface Shell {
  readonly core: SandboxCore;
  readonly clock: Clock;
  /** The clock before it was moved. */
  readonly base: Clock;
  readonly flushed: () => Promise<void>;
}

async function answer(request: IncomingMessage, response: ServerResponse, shell: Shell): Promise<void> {
  // A page of somebody else in a browser must not reach it, also not by a name that resolves to this machine.
  const { host = '', origin = `http://${host}` } = request.headers;
  if (!LOCAL_HOST.test(host) || origin !== `http://${host}`) {
    response.writeHead(421).end('SANDBOX: only for 127.0.0.1');
    return;
  }
  const rawBody = await readBody(request);
  const [method = 'GET', path = '/'] = [request.method, request.url];
  const call = { method, path, headers: headersOf(request), rawBody };
  const reply = path.startsWith('/_sandbox/')
    ? answerControl(call, shell)
    : (answerPage(call, shell) ?? shell.core.handle(call, shell.clock.now()));
  await shell.flushed();
  if ('drop' in reply) {
    // Of a time-out the caller gets to see nothing; the connection stays until the caller gives up.
    if (reply.drop === 'reset') request.socket.resetAndDestroy();
    return;
  }
  if (reply.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
  response.writeHead(reply.status, { ...reply.headers }).end(reply.body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new Error('The body came as text.');
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

/** Calls `work` again and again, never twice at once, soon after `wake` and otherwise now and then. */
function startPump(work: () => Promise<void>, onTrouble: (message: string) => void) {
  let running: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      try {
        await work();
      } catch (error) {
        onTrouble(error instanceof Error ? error.message : String(error));
      }
    } while (again);
    running = undefined;
  };
  const wake = (): void => {
    if (running === undefined) running = run();
    else again = true;
  };
  const timer = setInterval(wake, LOOK_MS_MAX);
  return {
    wake,
    stop: async () => {
      clearInterval(timer);
      again = false;
      await running;
    },
  };
}
