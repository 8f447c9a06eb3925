import type { Instant } from '../calendar.ts';
import type { Money } from '../money.ts';
import type { PaymentFact, PaymentPurpose, ProviderName, ProviderPayout } from './payment-fact.ts';

interface Common {
  readonly provider: ProviderName;
  /** The provider's object. */
  readonly ref: string;
  /** When the provider's books came to say this. */
  readonly at: Instant;
}

/**
 * What one event of a provider shows of one of its objects. Events come twice, late and out of order, so a sighting only
 * says what was true at `at`; what happened is the fold of all of them.
 */
export type Sighting =
  | (Common & { readonly kind: 'payout'; readonly payout: ProviderPayout })
  | (Common & {
      readonly kind: 'invoice_payment';
      readonly invoiceId: string;
      readonly amount: Money;
      readonly paid: boolean;
    })
  | (Common & {
      readonly kind: 'top_up';
      readonly topUpId: string;
      readonly platformId: string;
      readonly amount: Money;
      /** A finished checkout need not be paid yet: bank debits and vouchers pay days later. */
      readonly paid: boolean;
    })
  | (Common & {
      readonly kind: 'reversal';
      readonly cause: 'refund' | 'dispute_lost';
      readonly of: PaymentPurpose;
      readonly amount: Money;
      /** `failed` after `done`: a refund that had worked and came back after all. */
      readonly state: 'pending' | 'done' | 'failed';
    });

/** Something that no fact can say and a person must look at. */
export interface FoldTrouble {
  readonly code: 'refund_failed_later' | 'payout_both_failed_and_paid';
  readonly ref: string;
  readonly message: string;
}

export interface Folded {
  /** In the order in which things happened; each id once. */
  readonly facts: readonly PaymentFact[];
  readonly troubles: readonly FoldTrouble[];
}

/**
 * Folds a set of sightings into facts: whatever their order and however often each came, the facts are the same, and a
 * sighting that arrives later only adds facts, it never changes the money of one that was given before.
 */
export function foldSightings(sightings: readonly Sighting[]): Folded {
  const facts: PaymentFact[] = [];
  const troubles: FoldTrouble[] = [];
  for (const group of byObject(sightings)) {
    for (const part of [foldPayout(group), foldPaid(group), foldReversal(group)]) {
      facts.push(...part.facts);
      troubles.push(...part.troubles);
    }
  }
  return { facts, troubles };
}

/** Sightings of one object, oldest first; equal times in an order that does not depend on arrival. */
function byObject(sightings: readonly Sighting[]): Sighting[][] {
  const groups = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const key = `${sighting.provider}:${sighting.ref}`;
    groups.set(key, [...(groups.get(key) ?? []), sighting]);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, group]) => group.sort((a, b) => a.at - b.at || compareText(JSON.stringify(a), JSON.stringify(b))));
}

const NOTHING: Folded = { facts: [], troubles: [] };

/** What must have happened before: money that came back had been sent. */
const PATH_TO = {
  processing: ['processing'],
  posted: ['processing', 'posted'],
  failed: ['processing', 'failed'],
  canceled: ['processing', 'canceled'],
  returned: ['processing', 'posted', 'returned'],
} as const satisfies Readonly<Record<ProviderPayout['state'], readonly ProviderPayout['state'][]>>;

function foldPayout(group: readonly Sighting[]): Folded {
  const seen = group.filter((sighting) => sighting.kind === 'payout');
  const facts = new Map<ProviderPayout['state'], PaymentFact>();
  for (const { provider, ref, at, payout } of seen) {
    for (const state of PATH_TO[payout.state]) {
      const known = facts.get(state);
      // The state's own sighting tells it better than one that only implies it.
      if (known !== undefined && !(state === payout.state && isImplied(known, seen))) continue;
      const { message, code, ...bare } = payout;
      const words = state === payout.state ? wordsOf({ message, code }) : {};
      facts.set(state, {
        kind: 'payout_changed',
        provider,
        factId: `${provider}:${ref}:${state}`,
        occurredAt: at,
        providerRef: ref,
        payout: { ...bare, state, ...words },
      });
    }
  }
  const ended = facts.has('failed') || facts.has('canceled');
  const [first] = seen;
  if (ended && facts.has('posted') && first !== undefined) {
    const message = `${first.ref} was both paid and given up, which cannot be: nothing was booked of either.`;
    return { facts: [], troubles: [{ code: 'payout_both_failed_and_paid', ref: first.ref, message }] };
  }
  const order = ['processing', 'posted', 'failed', 'canceled', 'returned'] as const;
  return { facts: order.flatMap((state) => facts.get(state) ?? []), troubles: [] };
}

/** Only what is there: an absent word is no key. */
function wordsOf({ message, code }: { message: string | undefined; code: string | undefined }) {
  return { ...(message === undefined ? {} : { message }), ...(code === undefined ? {} : { code }) };
}

/** Whether a fact was made from the sighting of a later state. */
function isImplied(fact: PaymentFact, seen: readonly (Sighting & { kind: 'payout' })[]): boolean {
  return (
    fact.kind === 'payout_changed' &&
    !seen.some(({ at, payout }) => at === fact.occurredAt && payout.state === fact.payout.state)
  );
}

function foldPaid(group: readonly Sighting[]): Folded {
  for (const sighting of group) {
    if (!(sighting.kind === 'invoice_payment' || sighting.kind === 'top_up') || !sighting.paid) continue;
    const { provider, ref, at, amount } = sighting;
    const common = { provider, factId: `${provider}:${ref}:paid`, occurredAt: at, providerRef: ref, amount };
    const fact: PaymentFact =
      sighting.kind === 'invoice_payment'
        ? { kind: 'invoice_paid', ...common, invoiceId: sighting.invoiceId }
        : { kind: 'top_up_paid', ...common, topUpId: sighting.topUpId, platformId: sighting.platformId };
    return { facts: [fact], troubles: [] };
  }
  return NOTHING;
}

function foldReversal(group: readonly Sighting[]): Folded {
  const seen = group.filter((sighting) => sighting.kind === 'reversal');
  const done = seen.find(({ state }) => state === 'done');
  if (done === undefined) return NOTHING;
  const { provider, ref, at, cause, of, amount } = done;
  const failed = seen.some(({ state }) => state === 'failed');
  return {
    facts: [
      {
        kind: 'payment_reversed',
        provider,
        factId: `${provider}:${ref}:reversed`,
        occurredAt: at,
        providerRef: ref,
        cause,
        of,
        amount,
      },
    ],
    troubles: failed
      ? [
          {
            code: 'refund_failed_later',
            ref,
            message: `The refund ${ref} had worked and failed later: book it back by hand.`,
          },
        ]
      : [],
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
