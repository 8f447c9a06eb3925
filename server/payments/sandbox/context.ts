import { hash } from 'node:crypto';
import type { WebhookPlan } from './webhook-behaviour.ts';
import type { TaskKind } from './rows.ts';
import type { SandboxSettings } from './settings.ts';
import type { Store } from './store.ts';

/** What the work on one request, or on one thing that time does, is given. */
export interface Context {
  readonly store: Store;
  /** In ms. */
  readonly now: number;
  readonly settings: SandboxSettings;
  readonly apiVersion: string;
  readonly requestId: string | null;
  readonly idempotencyKey: string | null;
  /** On whose behalf: `Stripe-Context` or `Stripe-Account`. */
  readonly account: string | null;
  /** How many deliveries an event gets and when each is due. */
  planWebhook(eventType: string, now: number): WebhookPlan;
  schedule(kind: TaskKind, ref: string, dueAt: number): void;
}

/** A new id, the same for the same seed and the same order of requests. */
export function newId({ store }: Pick<Context, 'store'>, prefix: string): string {
  const meta = metaOf(store);
  store.put('meta', { ...meta, ids: meta.ids + 1 });
  return `${prefix}_${hash('sha256', `${meta.seed}:${meta.ids}`, 'hex').slice(0, 24)}`;
}

export function metaOf(store: Store) {
  const meta = store.get('meta', '_');
  if (meta === undefined) throw new Error('The store of the sandbox was not begun.');
  return meta;
}

/** As v1 objects carry it. */
export function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}

/** As v2 objects carry it. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
