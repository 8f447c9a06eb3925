import { Stripe } from 'stripe';
import { InProcessHttpClient } from '../../../server/payments/sandbox/in-process-http-client.ts';
import type { SandboxCore } from '../../../server/payments/sandbox/sandbox-core.ts';
import type { Life, Reign } from './life.ts';

/** What the SDK is told to wait for an answer, in virtual time. */
const ANSWER_MS_MAX = 20_000;

type Request = Parameters<Stripe.HttpClient['makeRequest']>;
type Response = Awaited<ReturnType<Stripe.HttpClient['makeRequest']>>;

/**
 * Carries the SDK's requests to the sandbox in this process, over a network that takes time and goes wrong: answers are
 * lost before or after the effect, connections refused, and some requests arrive when their caller has given up.
 */
export class TroubledHttpClient extends Stripe.HttpClient {
  readonly #reign: Reign;
  readonly #life: Life;
  readonly #core: SandboxCore;
  readonly #direct: InProcessHttpClient;

  constructor(reign: Reign, life: Life, core: SandboxCore) {
    super();
    this.#reign = reign;
    this.#life = life;
    this.#core = core;
    this.#direct = new InProcessHttpClient(core, reign.time);
  }

  override getClientName(): string {
    return 'parasol-simulation';
  }

  override async makeRequest(...request: Request): Promise<Response> {
    const { time, troubles } = this.#reign;
    this.#life.check();
    await time.sleep(troubles.between(1, 40));
    this.#life.check();
    const trouble = troubles.atCall();
    if (trouble?.kind === 'refused_connection') throw withCode('ECONNREFUSED');
    if (trouble?.kind === 'late') {
      // A process that dies meanwhile does not call back what it sent.
      void this.#arriveLate(request);
      await time.sleep(ANSWER_MS_MAX);
      throw Stripe.HttpClient.makeTimeoutError();
    }
    const faults = trouble !== undefined && 'phase' in trouble ? [{ operation: '*', times: 1, ...trouble }] : [];
    this.#core.orderFaults(faults);
    const answer = this.#direct.makeRequest(...request);
    // The core has done its work by now.
    this.#core.orderFaults([]);
    try {
      const response = await answer;
      await time.sleep(trouble?.kind === 'slow' ? 500 : troubles.between(1, 40));
      return response;
    } catch (error) {
      await time.sleep(trouble?.kind === 'timeout' ? ANSWER_MS_MAX : troubles.between(1, 2_000));
      throw error;
    }
  }

  async #arriveLate(request: Request): Promise<void> {
    const { time, troubles } = this.#reign;
    await time.sleep(ANSWER_MS_MAX + troubles.between(0, 1_800_000));
    await this.#direct.makeRequest(...request);
  }
}

const withCode = (code: string): Error => Object.assign(new Error('connect failed'), { code });
