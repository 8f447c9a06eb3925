import Stripe from 'stripe';
import type { Clock } from '../../clock.ts';
import type { SandboxAnswer } from './handle-request.ts';
import type { SandboxCore } from './sandbox-core.ts';

/**
 * Lets the real Stripe SDK talk to a core in this process, without a socket: `new Stripe(key, { httpClient })`. The answers
 * are those that the server gives; a call that the core drops fails as the SDK's own client for Node would let it fail
 * (ETIMEDOUT at once instead of after the time-out; ECONNRESET, which the SDK repeats once by itself).
 */
export class InProcessHttpClient extends Stripe.HttpClient {
  readonly #core: SandboxCore;
  readonly #clock: Clock;

  constructor(core: SandboxCore, clock: Clock) {
    super();
    this.#core = core;
    this.#clock = clock;
  }

  override getClientName(): string {
    return 'parasol-sandbox';
  }

  override async makeRequest(...call: Parameters<Stripe.HttpClient['makeRequest']>): Promise<InProcessResponse> {
    const [, , path, method, headers, rawBody] = call;
    const outcome = this.#core.handle({ method, path, headers: lowerCase(headers), rawBody }, this.#clock.now());
    if (!('drop' in outcome)) return new InProcessResponse(outcome);
    if (outcome.drop === 'timeout') throw Stripe.HttpClient.makeTimeoutError();
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  }
}

class InProcessResponse extends Stripe.HttpClientResponse {
  readonly #answer: SandboxAnswer;

  constructor(answer: SandboxAnswer) {
    super(answer.status, answer.headers);
    this.#answer = answer;
  }

  override getRawResponse(): unknown {
    return { statusCode: this.#answer.status, headers: this.#answer.headers };
  }

  override toStream(): never {
    throw new Error('The sandbox streams nothing.');
  }

  override async toJSON(): Promise<unknown> {
    return this._parseResponseBody(this.#answer.body);
  }
}

function lowerCase(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]: [string, unknown]) => [name.toLowerCase(), String(value)]),
  );
}
