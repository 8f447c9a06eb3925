import { Agent, request } from 'node:http';
import type { SentEvent } from './traffic.ts';

/** What became of one event of a request. */
export interface ItemAnswer {
  readonly status: number;
  /** Of a problem. */
  readonly code?: string;
  /** Of a 200: the answer without `replayed`, which is what must never change. */
  readonly result?: Readonly<Record<string, unknown>>;
  readonly replayed?: boolean;
}

export interface PostAnswer {
  readonly status: number;
  readonly retryAfterSeconds?: number;
  /** In the order sent. A request refused as a whole gives every event its problem. */
  readonly items: readonly ItemAnswer[];
}

/** Sends events to the API. Rejects with the system's error when the connection breaks. */
export interface EventPoster {
  post(events: readonly SentEvent[]): Promise<PostAnswer>;
  close(): void;
}

const ANSWER_MS_MAX = 60_000;

/** Sends each request to the next of the ports. */
export function openPoster(ports: readonly number[], key: string): EventPoster {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  return {
    async post(events) {
      const port = ports[turn++ % ports.length] ?? 0;
      const [only] = events;
      const isBatch = events.length !== 1;
      const body = Buffer.from(JSON.stringify(isBatch ? events : only));
      const answer = await send(agent, port, body, {
        Authorization: `Bearer ${key}`,
        'Content-Type': `application/cloudevents${isBatch ? '-batch' : ''}+json`,
        'Content-Length': String(body.length),
      });
      const { status, retryAfter } = answer;
      return {
        status,
        ...(retryAfter !== undefined && { retryAfterSeconds: Number(retryAfter) }),
        items: readItems(status, answer.json, events.length, isBatch),
      };
    },
    close: () => agent.destroy(),
  };
}

function send(
  agent: Agent,
  port: number,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; retryAfter: string | undefined; json: unknown }> {
  return new Promise((resolve, reject) => {
    const path = '/v1/shift-events';
    const sending = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        try {
          const json: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], json });
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    sending.setTimeout(ANSWER_MS_MAX, () => sending.destroy(new Error('The API did not answer within a minute.')));
    sending.on('error', reject);
    sending.end(body);
  });
}

function readItems(status: number, json: unknown, count: number, isBatch: boolean): readonly ItemAnswer[] {
  if (status !== 200 && status !== 207) {
    const code = isRecord(json) && typeof json.code === 'string' ? json.code : 'without_code';
    return Array.from({ length: count }, () => ({ status, code }));
  }
  if (!isBatch) return [accepted(json)];
  const results: unknown = isRecord(json) ? json.results : undefined;
  if (!Array.isArray(results) || results.length !== count) {
    throw new Error(`A batch of ${count} was answered with another number of results.`);
  }
  return results.map((item: unknown, index) => {
    if (!isRecord(item) || item.index !== index || typeof item.status !== 'number') {
      throw new Error('The results of a batch are not in the order sent.');
    }
    if (item.status === 200) return accepted(item.result);
    const code = isRecord(item.problem) && typeof item.problem.code === 'string' ? item.problem.code : 'without_code';
    return { status: item.status, code };
  });
}

function accepted(result: unknown): ItemAnswer {
  if (!isRecord(result)) throw new Error('An event was answered with something that is no object.');
  const { replayed, ...rest } = result;
  return { status: 200, result: rest, replayed: replayed === true };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
