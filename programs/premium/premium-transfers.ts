import { accountId, type AccountId } from '../ledger/chart.ts';
import type { NewTransfer } from '../ledger/transfer.ts';
import type { Money } from '../money.ts';
import type { ProductRef } from '../products/product-terms.ts';
import { splitPremium } from './split-premium.ts';

/** What one product of one carrier comes to on a statement; almost every statement has one. */
export interface PremiumShare {
  readonly carrierId: string;
  readonly product: ProductRef;
  readonly lineCount: number;
  /** Negative where credits prevail. */
  readonly amount: Money;
}

/** A statement as the ledger books it. */
export interface PremiumPosting {
  /** `close:<policy>:<day>:<n>`: the transfers' ids are made from it, so booking it again is the same transfers (M2). */
  readonly closeKey: string;
  readonly statementId: string;
  readonly policy: PremiumDebtor;
  readonly productDay: string;
  /** The day that an accountant counts it to; see `firstOpenDay`. */
  readonly effectiveOn: string;
  readonly shares: readonly PremiumShare[];
}

/** A policy as far as it decides who owes its premium. */
export interface PremiumDebtor {
  readonly policyId: string;
}

/** The account that owes the premium of a statement, and to which a credit goes back. */
export const receivableOf = ({ policyId }: PremiumDebtor, currency: string): AccountId =>
  accountId('policy:*:receivable', currency, policyId);

/** The account in which a carrier's share of premium waits for its settlement. */
export const premiumPayable = (carrierId: string, currency: string): AccountId =>
  accountId('carrier:*:premium_payable', currency, carrierId);

/**
 * The transfers of a statement: each share of it, split by its product's table (M1), moves from who owes it to carrier,
 * commission and levies; a negative share moves the same back. A part of zero moves nothing. So the debtor's account
 * changes by exactly the statement's total.
 */
export function premiumTransfers(posting: PremiumPosting): readonly NewTransfer[] {
  return posting.shares.flatMap((share) => shareTransfers(posting, share));
}

function shareTransfers(
  { closeKey, statementId, policy, productDay, effectiveOn }: PremiumPosting,
  { carrierId, product, amount: total }: PremiumShare,
): NewTransfer[] {
  const { currency } = total;
  const debtor = receivableOf(policy, currency);
  const key = `${closeKey}:${carrierId}:${product}`;
  const { carrier, commission, levies } = splitPremium(total, product);
  const move = (part: string, earner: AccountId, { amount }: Money): NewTransfer[] => {
    if (amount === 0) return [];
    const charged = amount > 0;
    return [
      {
        id: `${key}:${part}`,
        type: 'posted',
        kind: charged ? 'premium_charged' : 'premium_credited',
        debit: charged ? debtor : earner,
        credit: charged ? earner : debtor,
        amount: Math.abs(amount),
        effectiveOn,
        refs: { statementId, policyId: policy.policyId, productDay, carrierId, product },
      },
    ];
  };
  return [
    ...move('carrier', premiumPayable(carrierId, currency), carrier),
    ...move('commission', accountId('parasol:commission', currency), commission),
    ...levies.flatMap(({ authority, amount }) =>
      move(`levy:${authority}`, accountId('levy:*:payable', currency, authority), amount),
    ),
  ];
}
