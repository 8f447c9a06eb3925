import type { Instant } from '../../programs/calendar.ts';
import type { Services } from '../services.ts';
import { longMoney } from './long-money.ts';
import type { PaymentFact } from './payment-fact.ts';
import type { PaymentFactDocument } from './payment-models.ts';

/**
 * Keeps what providers told, each fact once; from here on it is applied or becomes an exception, and is never lost. A
 * settlement is due when its money is there. Answers how many were new.
 */
export async function recordFacts(
  { models }: Pick<Services, 'models'>,
  facts: readonly PaymentFact[],
  { source, now }: { readonly source: PaymentFactDocument['source']; readonly now: Instant },
): Promise<number> {
  if (facts.length === 0) return 0;
  const { upsertedCount } = await models.paymentFacts.bulkWrite(
    facts.map((fact) => ({
      updateOne: {
        filter: { _id: fact.factId },
        update: {
          $setOnInsert: {
            provider: fact.provider,
            kind: fact.kind,
            fact: longMoney(fact),
            source,
            occurredAt: new Date(fact.occurredAt),
            recordedAt: new Date(now),
            state: 'due',
            dueAt: new Date(fact.kind === 'payment_settled' ? Math.max(now, fact.occurredAt) : now),
            tries: 0,
            decision: 1,
          },
        },
        upsert: true,
      },
    })),
    { ordered: false },
  );
  return upsertedCount;
}
