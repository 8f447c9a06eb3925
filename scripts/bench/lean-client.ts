import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Waiting {
  readonly message: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** What one closed loop of requests measured. */
export interface LoopResult {
  readonly perSecond: number;
  /** Ascending, one per request. */
  readonly latenciesMs: Float64Array;
}

/**
 * One keep-alive HTTP/1.1 connection, one request at a time. As little work as can be, because the load generator shares
 * the processors with what it measures; it understands `Content-Length` answers only. A server ends connections that are
 * idle for long, and fresh ones that ask nothing even sooner: then the next request opens a new one, as any client does.
 */
export class LeanConnection {
  readonly #port: number;
  #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: Waiting | undefined;
  /** The socket was opened for the request that waits: closed without an answer, it is no idle one. */
  #fresh = false;

  private constructor(port: number, socket: Socket) {
    this.#port = port;
    this.#socket = this.#listen(socket);
  }

  static async open(port: number): Promise<LeanConnection> {
    return new LeanConnection(port, await connected(port));
  }

  request(head: string, body = ''): Promise<Answer> {
    const message =
      body === '' ? `${head}\r\n\r\n` : `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    return new Promise((resolve, reject) => {
      this.#waiting = { message, resolve, reject };
      if (this.#socket.destroyed) this.#again(this.#waiting);
      else this.#socket.write(message);
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #listen(socket: Socket): Socket {
    this.#received = Buffer.alloc(0);
    return socket
      .setNoDelay(true)
      .on('data', (chunk: Buffer) => this.#take(chunk))
      .on('error', (error) => this.#fail(error))
      .on('close', () => this.#fail(new Error('The server closed the connection.')));
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const end = headEnd + 4 + length;
    if (this.#received.length < end) return;
    const answer = { status: Number(head.slice(9, 12)), body: this.#received.toString('utf8', headEnd + 4, end) };
    this.#received = this.#received.subarray(end);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#fresh = false;
    waiting?.resolve(answer);
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    // Closed as the request was on its way: it was not read, and what the bench sends is safe to repeat.
    if (!this.#fresh && this.#received.length === 0) {
      this.#again(waiting);
      return;
    }
    this.#waiting = undefined;
    waiting.reject(error);
  }

  /** Sends the request that waits over a new connection. */
  #again({ message, reject }: Waiting): void {
    this.#fresh = true;
    this.#socket.removeAllListeners('close').removeAllListeners('error');
    // What is given up has nothing more to tell.
    this.#socket.on('error', () => undefined).destroy();
    connected(this.#port).then((socket) => {
      this.#socket = this.#listen(socket);
      socket.write(message);
    }, reject);
  }
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

/** `count` calls of `work(index, lane)`, `lanes` of them under way at any time. */
export async function closedLoop(
  lanes: number,
  count: number,
  work: (index: number, lane: number) => Promise<void>,
): Promise<LoopResult> {
  const latenciesMs = new Float64Array(count);
  let next = 0;
  const startedMs = performance.now();
  const run = async (lane: number): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const sentMs = performance.now();
      await work(index, lane);
      latenciesMs[index] = performance.now() - sentMs;
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
  const seconds = (performance.now() - startedMs) / 1000;
  return { perSecond: count / seconds, latenciesMs: latenciesMs.sort() };
}

/** The value below which `share` (0 to 1) of the ascending values lie. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  if (ascending.length === 0) throw new RangeError('Nothing was measured.');
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
}
