import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import { minimumCharge } from '../../programs/cover/fold-cover.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import { isStart, type IntakeItem } from '../shifts/intake-item.ts';
import type { LoadedFlush } from '../shifts/load-flush.ts';
import type { Need } from './deposit-book.ts';

const DAY_MS = 86_400_000;
const NOTHING: readonly Need[] = [];

/**
 * What the new starts of a flush may cost at most on deposits. A start opens one cover at most, and a worker has one for each
 * policy and product day, of which no more than two touch a day of 24 hours. Nothing where no policy is prepaid.
 */
export function flushNeeds(items: readonly IntakeItem[], { policies, events }: LoadedFlush): readonly Need[] {
  let needs: Need[] | undefined;
  for (const [platformId, revisions] of policies) {
    const prices = pricesOf(revisions);
    if (prices === undefined) continue;
    const starts = items.filter(({ fact, key }) => fact.platformId === platformId && isStart(fact) && !events.has(key));
    if (starts.length === 0) continue;
    const days = new Set(starts.map(({ fact }) => dayKey(fact)));
    const covers = Math.min(starts.length, days.size * 2);
    for (const [currency, price] of prices)
      (needs ??= []).push({ platformId, currency, amount: covers * price, price });
  }
  return needs ?? NOTHING;
}

const dayKey = ({ workerId, policyId = '', occurredAt }: IntakeItem['fact']): string =>
  `${workerId} ${policyId} ${Math.floor(occurredAt / DAY_MS)}`;

/** The dearest day of the prepaid policies, by currency; undefined where none is prepaid. */
function pricesOf(revisions: readonly PolicyRevision[]): ReadonlyMap<string, number> | undefined {
  let prices: Map<string, number> | undefined;
  for (const { prepaid, product } of revisions) {
    const terms = prepaid ? productTerms(product) : undefined;
    if (terms === undefined) continue;
    const { amount, currency } = minimumCharge(terms);
    prices ??= new Map();
    prices.set(currency, Math.max(amount, prices.get(currency) ?? 0));
  }
  return prices;
}
