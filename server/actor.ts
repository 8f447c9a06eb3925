/** What an API key may do. Worker and person tokens carry no scopes: their kind decides. */
export const SCOPES = [
  'shift_events:write',
  'shift_events:read',
  'workers:write',
  'workers:read',
  'covers:read',
  'statements:read',
  'reports:read',
  'events:read',
  'webhooks:write',
  'invoices:read',
  'deposits:write',
  'ledger:read',
  'ledger:write',
  'payees:write',
  'payouts:read',
  'payouts:write',
  'payouts:approve',
  'payments:resolve',
  'metrics:read',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Scopes that only an operator's key may have: our own books and decisions about money. */
export const OPERATOR_SCOPES: readonly Scope[] = [
  'ledger:read',
  'ledger:write',
  'payees:write',
  'payouts:read',
  'payouts:write',
  'payouts:approve',
  'payments:resolve',
  'metrics:read',
];

/** Who asks. Every use case that reads or writes somebody's data takes one and filters by it. */
export type Actor =
  /** A platform's server, by API key. */
  | {
      readonly kind: 'platform';
      readonly platformId: string;
      readonly keyId: string;
      readonly scopes: ReadonlySet<Scope>;
      /** CloudEvents `source` values that belong to the platform (G5). */
      readonly sources: readonly string[];
    }
  /** A token that a platform minted for a worker: reads covers under that platform's policies, grants nothing (G22). */
  | { readonly kind: 'worker'; readonly workerId: string; readonly platformId: string; readonly tokenId: string }
  /** A token that the person controls, given after the identity was proved: the person-wide view and consents (G22). */
  | { readonly kind: 'person'; readonly personId: string; readonly tokenId: string }
  /** An operator of Parasol, or a command or job acting for one. */
  | { readonly kind: 'operator'; readonly operatorId: string; readonly scopes: ReadonlySet<Scope> }
  | { readonly kind: 'public' };

export type ActorKind = Actor['kind'];
export type ActorOf<K extends ActorKind> = Extract<Actor, { kind: K }>;

/** The words that logs, disclosures and timelines use for an actor; never personal data. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'platform':
      return `platform:${actor.platformId}`;
    case 'worker':
      return `worker:${actor.workerId}`;
    case 'person':
      return `person:${actor.personId}`;
    case 'operator':
      return `operator:${actor.operatorId}`;
    case 'public':
      return 'public';
  }
}
