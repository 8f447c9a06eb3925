import { eventRows } from '../events/event-model.ts';
import type { Services } from '../services.ts';
import { AnswerLog } from './answer-log.ts';
import { cancelWaiting } from './change-endpoint.ts';
import { deliverOne, type CallSettings } from './deliver-one.ts';
import { resolvePublic } from './resolve-host.ts';
import { dueEndpoints, takeDeliveries } from './take-deliveries.ts';
import { webhookRows, type WebhookEndpointDocument } from './webhook-models.ts';

export interface PoolOptions extends Partial<Omit<CallSettings, 'answers'>> {
  /** Each endpoint once, however much is due of it: for a tick that must end. Default: as long as something is due. */
  readonly once?: boolean;
}

const TIMEOUT_MS = 10_000;
/** Calls to one endpoint at once. */
const CALLS_AT_ONCE = 16;
/** One that fails is probed, one call at a time, until it accepts again. */
const PROBES_AT_ONCE = 1;
/** Endpoints worked at once; those that fail have places of their own, so that they take none from the others. */
const ENDPOINTS_AT_ONCE = 64;
const FAILING_AT_ONCE = 16;
/** Rounds of calls after which an endpoint makes room for others that wait. */
const ROUNDS_MAX = 20;

type DueEndpoint = Pick<WebhookEndpointDocument, '_id' | 'failingSince'>;

/**
 * Works endpoints side by side, each by itself: one that hangs holds up its own deliveries only. Bounds are per process;
 * leases keep several processes from calling twice.
 */
export class DeliveryPool {
  readonly #services: Services;
  readonly #settings: CallSettings;
  readonly #once: boolean;
  /** Another look may find work to start. */
  readonly #onFree: () => void;
  /** Endpoints at work, and whether they were failing. */
  readonly #working = new Map<string, { readonly failing: boolean; readonly done: Promise<void> }>();
  readonly #worked = new Set<string>();
  /** The last one started: the next look begins behind it, so that each gets its turn. */
  #last = '';
  /** Some that are due found no room. */
  #crowded = false;
  #stopping = false;

  constructor(services: Services, options: PoolOptions = {}, onFree: () => void = () => undefined) {
    this.#services = services;
    this.#settings = {
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      resolve: options.resolve ?? resolvePublic,
      answers: new AnswerLog(services),
    };
    this.#once = options.once ?? false;
    this.#onFree = onFree;
  }

  /** Starts to work the endpoints of which something is due and for which there is room; answers how many. */
  async startDue(): Promise<number> {
    const due = await dueEndpoints(this.#services, this.#services.clock.now());
    const idle = due.filter((id) => !this.#working.has(id) && !this.#worked.has(id));
    if (idle.length === 0) return 0;
    await this.#cancelDeleted(idle);
    let started = 0;
    this.#crowded = false;
    for (const endpoint of inTurn(await this.#activeOf(idle), this.#last)) {
      const failing = endpoint.failingSince !== undefined;
      if (this.#stopping) break;
      if (!this.#hasRoom(failing)) {
        this.#crowded = true;
        continue;
      }
      this.#start(endpoint._id, failing);
      started += 1;
    }
    return started;
  }

  /** Resolves when nothing is being worked. */
  async settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.all([...this.#working.values()].map(({ done }) => done));
  }

  /** Takes no more deliveries, and waits for the calls under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.settled();
  }

  #hasRoom(failing: boolean): boolean {
    const alike = [...this.#working.values()].filter((other) => other.failing === failing).length;
    return alike < (failing ? FAILING_AT_ONCE : ENDPOINTS_AT_ONCE);
  }

  #start(endpointId: string, failing: boolean): void {
    this.#last = endpointId;
    if (this.#once) this.#worked.add(endpointId);
    const work = this.#work(endpointId, failing).catch((error: unknown) => {
      this.#services.log.error({ err: error, endpointId }, 'webhooks could not be worked; they stay due');
      return false;
    });
    const done = work.then((more) => {
      this.#working.delete(endpointId);
      if (more || this.#crowded) this.#onFree();
    });
    this.#working.set(endpointId, { failing, done });
  }

  /**
   * Round by round; the endpoint is read anew for each, so that a pause, a change or a new secret holds at once. Answers
   * whether more is due: not when nothing could be taken, because then there is nothing, or another process is at it.
   */
  async #work(endpointId: string, failing: boolean): Promise<boolean> {
    const services = this.#services;
    for (let round = 0; round < ROUNDS_MAX && !this.#stopping; round++) {
      const endpoint = await webhookRows(services).endpoints.findOne({ _id: endpointId, state: 'active' });
      if (endpoint === null) return false;
      if ((endpoint.failingSince !== undefined) !== failing) {
        // It begins to fail, or accepts again: it goes on in a place among its like.
        this.#worked.delete(endpointId);
        return true;
      }
      const limit = failing ? PROBES_AT_ONCE : CALLS_AT_ONCE;
      const taken = await takeDeliveries(services, endpointId, { limit, now: services.clock.now() });
      if (taken.length === 0) return false;
      const ids = taken.map(({ eventId }) => eventId);
      const events = await eventRows(services)
        .events.find({ _id: { $in: ids } })
        .toArray();
      const byId = new Map(events.map((event) => [event._id, event]));
      const calls = await Promise.allSettled(
        taken.map(async (delivery) => {
          const event = byId.get(delivery.eventId);
          if (event === undefined) throw new Error(`${delivery._id} delivers an event that is not there.`);
          await deliverOne(services, this.#settings, { endpoint, delivery, event });
        }),
      );
      for (const call of calls) if (call.status === 'rejected') throw call.reason;
    }
    return true;
  }

  #activeOf(ids: readonly string[]): Promise<DueEndpoint[]> {
    return webhookRows(this.#services)
      .endpoints.find({ _id: { $in: [...ids] }, state: 'active' }, { projection: { failingSince: 1 } })
      .toArray();
  }

  /** An endpoint can be deleted while its events are fanned out: nobody will ever take those. */
  async #cancelDeleted(ids: readonly string[]): Promise<void> {
    const there = await webhookRows(this.#services)
      .endpoints.find({ _id: { $in: [...ids] } }, { projection: { _id: 1 } })
      .toArray();
    const known = new Set(there.map(({ _id }) => _id));
    for (const id of ids) {
      if (!known.has(id)) await cancelWaiting(this.#services, id, this.#services.clock.now());
    }
  }
}

/** Those behind the last one first. */
function inTurn(endpoints: readonly DueEndpoint[], last: string): readonly DueEndpoint[] {
  const sorted = [...endpoints].sort((a, b) => (a._id < b._id ? -1 : 1));
  return [...sorted.filter(({ _id }) => _id > last), ...sorted.filter(({ _id }) => _id <= last)];
}
