import type { Money } from '../money.ts';
import type { PayeeRelation } from './payout.ts';

/** Up to `machineMax` nobody, up to `onePersonMax` one person, above it two (M8). Minor units, both inclusive. */
export interface PayoutBands {
  readonly machineMax: number;
  readonly onePersonMax: number;
}

/** T1 and T2 by currency. A currency that is not listed needs two persons for every amount. */
export const PAYOUT_BANDS: Readonly<Record<string, PayoutBands>> = {
  CNY: { machineMax: 2_000_00, onePersonMax: 50_000_00 },
  EUR: { machineMax: 250_00, onePersonMax: 6_000_00 },
  USD: { machineMax: 250_00, onePersonMax: 6_000_00 },
  JPY: { machineMax: 40_000, onePersonMax: 1_000_000 },
};

/** How many persons have to approve. An unrelated payee needs two, whatever the amount (M9). */
export function approvalsNeeded(
  counted: Money,
  relation: PayeeRelation,
  bands: Readonly<Record<string, PayoutBands>> = PAYOUT_BANDS,
): 0 | 1 | 2 {
  if (relation === 'unrelated') return 2;
  const band = bands[counted.currency];
  if (band === undefined || counted.amount > band.onePersonMax) return 2;
  return counted.amount > band.machineMax ? 1 : 0;
}
