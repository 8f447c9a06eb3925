import { hash } from 'node:crypto';
import { metaOf, newId } from './context.ts';
import type { Context } from './context.ts';
import { DueQueue } from './due-queue.ts';
import { Faults } from './faults.ts';
import type { FaultRule } from './faults.ts';
import { handleRequest } from './handle-request.ts';
import type { SandboxOutcome, SandboxRequest } from './handle-request.ts';
import { runTask } from './run-task.ts';
import type { DeliveryRow, EventRow } from './rows.ts';
import { SeededChance } from './seeded-chance.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import type { SandboxSettings } from './settings.ts';
import { Store } from './store.ts';
import type { Change } from './store.ts';
import { WebhookPlanner } from './webhook-behaviour.ts';
import type { WebhookBehaviour } from './webhook-behaviour.ts';

export interface CoreOptions {
  /** Decides ids and chance. A journal that is continued brings its own ids' seed. */
  readonly seed: string;
  readonly settings?: Partial<SandboxSettings>;
  /** What an earlier run left. */
  readonly history?: Iterable<Change>;
  /** Gets every change, in order, before the answer that it belongs to is given. */
  readonly onChanges?: (changes: readonly Change[]) => void;
  /** False: events are only listed, nothing waits to be delivered. Default: true. */
  readonly webhooks?: boolean;
}

/** A webhook that must be sent now; the sender signs it and reports with `webhookAnswered`. */
export interface DueWebhook {
  readonly deliveryId: string;
  readonly event: EventRow;
  /** Exactly what is signed and sent. */
  readonly payload: string;
}

const HOUR_MS = 3_600_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MS_MAX = HOUR_MS;
const RETRIED_FOR_MS = 72 * HOUR_MS;

/**
 * Stripe as a state machine: no network, no file, no clock and no chance of its own. The same seed and the same calls in
 * the same order give the same answers to the last byte. Its time is the latest `now` that it was given.
 */
export class SandboxCore {
  readonly store = new Store();
  readonly settings: SandboxSettings;
  readonly faults: Faults;
  readonly #options: CoreOptions;
  readonly #planner: WebhookPlanner;
  readonly #tasks = new DueQueue();
  readonly #deliveries = new DueQueue();
  #now: number;
  #requests = 0;
  #pruneAt = 0;

  constructor(options: CoreOptions) {
    this.#options = options;
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.faults = new Faults(new SeededChance(`${options.seed}:faults`));
    this.#planner = new WebhookPlanner(new SeededChance(`${options.seed}:webhooks`));
    for (const change of options.history ?? []) {
      this.store.load([change]);
      this.#enqueue(change);
    }
    if (this.store.get('meta', '_') === undefined) {
      this.store.put('meta', { id: '_', seed: options.seed, ids: 0, now: 0, clockOffsetMs: 0, webhookUrl: null });
    }
    this.#now = metaOf(this.store).now;
    this.#report();
  }

  /** Its time: the latest moment that it was told. */
  get now(): number {
    return this.#now;
  }

  /** Answers one call of Stripe's API. */
  handle(request: SandboxRequest, now: number): SandboxOutcome {
    this.advance(now);
    this.#requests += 1;
    const requestId = `req_${hash('sha256', `${metaOf(this.store).seed}:${this.#now}:${this.#requests}`, 'hex').slice(0, 14)}`;
    const { store, settings, faults } = this;
    const outcome = handleRequest(request, {
      ...{ store, settings, faults, requestId, now: this.#now },
      contextFor: (of) => this.#context({ ...of, requestId }),
    });
    this.#report();
    return outcome;
  }

  /** Does everything that time does until then, each thing at its own moment. */
  advance(now: number): void {
    this.#now = Math.max(now, this.#now);
    const until = this.#now;
    for (let due = this.#tasks.take(until); due !== undefined; due = this.#tasks.take(until)) {
      const task = this.store.get('task', due.id);
      if (task === undefined) continue;
      this.store.attempt(() => {
        this.store.remove('task', task.id);
        runTask(this.#context({ now: Math.min(task.dueAt, until) }), task);
      });
      this.#report();
    }
    if (until >= this.#pruneAt) this.#prune(until);
  }

  /** Something that somebody does who is not our caller: a payer, a bank, a tester. Whole or not at all. */
  act<R>(now: number, work: (context: Context) => R): R {
    this.advance(now);
    const result = this.store.attempt(() => work(this.#context({})));
    this.#report();
    return result;
  }

  orderFaults(rules: readonly FaultRule[]): void {
    this.faults.order(rules);
  }

  orderWebhooks(behaviour: WebhookBehaviour): void {
    this.#planner.order(behaviour);
  }

  /** When time will next do something here. */
  get nextDueAt(): number | undefined {
    const [task, delivery] = [this.#tasks.nextAt, this.#deliveries.nextAt];
    return task === undefined || delivery === undefined ? (task ?? delivery) : Math.min(task, delivery);
  }

  /** The webhooks to be sent now, in the order in which they arrive. Each is given once; report what became of it. */
  dueWebhooks(now: number): DueWebhook[] {
    this.advance(now);
    const webhooks: DueWebhook[] = [];
    for (let due = this.#deliveries.take(now); due !== undefined; due = this.#deliveries.take(now)) {
      const delivery = this.store.get('delivery', due.id);
      const event = delivery === undefined ? undefined : this.store.get('event', delivery.event);
      if (event === undefined) continue;
      webhooks.push({ deliveryId: due.id, event, payload: JSON.stringify(event, null, 2) });
    }
    return webhooks;
  }

  /** Whether the receiver answered 2xx. If not, it is sent again later, for three days. */
  webhookAnswered(deliveryId: string, ok: boolean, now: number): void {
    const delivery = this.store.get('delivery', deliveryId);
    if (delivery === undefined) return;
    if (ok || now - delivery.createdAt > RETRIED_FOR_MS) this.store.remove('delivery', deliveryId);
    else this.store.put('delivery', retried(delivery, now));
    this.#report();
  }

  #context(of: Partial<Context>): Context {
    const context: Context = {
      ...{ store: this.store, settings: this.settings, now: this.#now },
      ...{ apiVersion: '2026-10-28.endive', requestId: null, idempotencyKey: null, account: null },
      planWebhook: (type, now) => (this.#options.webhooks === false ? { dueAt: [] } : this.#planner.plan(type, now)),
      schedule: (kind, ref, dueAt) => {
        this.store.put('task', { id: newId(context, 'task'), kind, ref, dueAt });
      },
      ...of,
    };
    return context;
  }

  #report(): void {
    const changes = this.store.takeChanges();
    if (changes.length === 0) return;
    for (const change of changes) this.#enqueue(change);
    this.store.put('meta', { ...metaOf(this.store), now: this.#now });
    const all = [...changes, ...this.store.takeChanges()];
    this.#options.onChanges?.(all);
  }

  #enqueue([table, , row]: Change): void {
    if (row === null || !('dueAt' in row)) return;
    (table === 'task' ? this.#tasks : this.#deliveries).add(row);
  }

  /** Forgets old keys and events, once an hour: a key that is too old is not honoured before that either. */
  #prune(now: number): void {
    const { keysV1Ms, keysV2Ms, eventsKeptMs } = this.settings;
    for (const { id, createdAt } of this.store.list('idempotency')) {
      if (now - createdAt > (id.startsWith('v1:') ? keysV1Ms : keysV2Ms)) this.store.remove('idempotency', id);
    }
    for (const event of this.store.list('event')) {
      const created = event.object === 'event' ? event.created * 1_000 : Date.parse(event.created);
      if (now - created <= eventsKeptMs) break;
      this.store.remove('event', event.id);
    }
    this.#pruneAt = now + HOUR_MS;
    this.#report();
  }
}

function retried(delivery: DeliveryRow, now: number): DeliveryRow {
  const attempts = delivery.attempts + 1;
  return { ...delivery, attempts, dueAt: now + Math.min(RETRY_FIRST_MS * 2 ** (attempts - 1), RETRY_MS_MAX) };
}
