import { toLong } from '../database/longs.ts';
import type { Services } from '../services.ts';
import { depositAccount, envelopeAccount } from './deposit-accounts.ts';
import type { HeldEnvelope } from './pot.ts';

/** How long a process spends from an envelope. Short, so that what lies idle is soon at everybody's disposal again. */
export const ENVELOPE_MS = 2 * 60_000;

export interface NewEnvelope {
  readonly platformId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: number;
  /** The process, for a person who looks. */
  readonly owner: string;
}

/**
 * Moves money from a deposit into an envelope of this process (M5), durably before anything is spent of it. Undefined when
 * the deposit holds less. Throws `ledger_unavailable`.
 */
export async function openEnvelope(
  { ledger, clock, ids }: Pick<Services, 'ledger' | 'clock' | 'ids'>,
  { platformId, currency, amount, owner }: NewEnvelope,
): Promise<HeldEnvelope | undefined> {
  const now = clock.now();
  const id = ids.next('env');
  const expiresAt = now + ENVELOPE_MS;
  const result = await ledger.commit({
    id: `${id}:open`,
    transfers: [
      {
        id: `${id}:opened`,
        kind: 'envelope_opened',
        type: 'posted',
        debit: depositAccount(platformId, currency),
        credit: envelopeAccount(id, currency),
        amount,
        effectiveOn: utcDay(now),
        refs: { platformId, envelopeId: id },
      },
    ],
    writes: [
      {
        kind: 'insert',
        collection: 'envelopes',
        document: {
          _id: id,
          platformId,
          currency,
          amount: toLong(amount),
          owner,
          openedAt: new Date(now),
          expiresAt: new Date(expiresAt),
          state: 'open',
        },
      },
    ],
  });
  if (result.status !== 'refused') return { id, amount, left: amount, expiresAt, flushes: 0, uncertain: false };
  if (result.code === 'exceeds_funds') return undefined;
  throw new Error(`The envelope ${id} was refused: ${result.message}`);
}

/** The day to which movements of a deposit are counted: a platform has no zone of its own. */
export const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
