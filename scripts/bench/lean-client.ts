import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What one closed loop of requests measured. */
export interface LoopResult {
  readonly perSecond: number;
  /** Ascending, one per request. */
  readonly latenciesMs: Float64Array;
}

/**
 * One keep-alive HTTP/1.1 connection, one request at a time. As little work as can be, because the load generator shares
 * the processors with what it measures; it understands `Content-Length` answers only.
 */
export class LeanConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The server closed the connection.')));
  }

  static async open(port: number): Promise<LeanConnection> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new LeanConnection(socket);
  }

  request(head: string, body = ''): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('The server closed the connection while it was idle.'));
        return;
      }
      this.#waiting = { resolve, reject };
      this.#socket.write(
        body === '' ? `${head}\r\n\r\n` : `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
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
    waiting?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
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
