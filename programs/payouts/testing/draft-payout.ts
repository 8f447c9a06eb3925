import { newPayout, type PayoutDecision } from '../new-payout.ts';
import type { PayeeNow, Payout } from '../payout.ts';

export const NOW = Date.UTC(2026, 2, 2, 4);
export const HOUR = 3_600_000;

export const PAYEE: PayeeNow = {
  payeeId: 'pye_1',
  version: 1,
  setAt: NOW - 100 * HOUR,
  editor: 'opr_editor',
  verified: true,
  relation: 'self',
  holderId: 'per_1',
};

/** A payout of CNY 10.00, decided now, reserved; the account is older than the incident. */
export function draftPayout(change: Partial<PayoutDecision> = {}, payee: Partial<PayeeNow> = {}): Payout {
  const decision: PayoutDecision = {
    id: 'pyo_1',
    businessKey: 'claim-1',
    contentHash: 'h',
    claimId: null,
    retryOf: null,
    amount: { amount: 10_00, currency: 'CNY' },
    countedAmount: 10_00,
    lines: [{ ref: 'claim-1', amount: 10_00 }],
    statementText: 'Benefit',
    fundingAccount: 'carrier:car_1:claims_float:CNY',
    sourceAccount: 'carrier:car_1:claims_float:CNY',
    cashAccount: 'cash:stripe:CNY',
    provider: 'stripe',
    createdBy: 'opr_creator',
    assessors: ['opr_assessor'],
    incidentAt: NOW - 10 * HOUR,
    ...change,
  };
  return newPayout(decision, { ...PAYEE, ...payee }, 'binding-1', NOW).payout;
}
