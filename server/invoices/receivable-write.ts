import type { Money } from '../../programs/money.ts';
import { toLong } from '../database/longs.ts';
import type { UnitWrite } from '../ledger/ledger.ts';

export interface NewReceivable {
  readonly statementId: string;
  readonly platformId: string;
  readonly policyId: string;
  readonly productDay: string;
  /** Negative where credits prevail. */
  readonly total: Money;
  readonly prepaid: boolean;
  readonly issuedAt: Date;
}

/** What the close of a product day writes beside its statement, so that it is billed (or settled on a deposit) once. */
export function receivableWrite(statement: NewReceivable): UnitWrite {
  const { statementId, platformId, policyId, productDay, total, prepaid, issuedAt } = statement;
  return {
    kind: 'insert',
    collection: 'receivables',
    document: {
      _id: statementId,
      platformId,
      policyId,
      productDay,
      currency: total.currency,
      total: toLong(total.amount),
      prepaid,
      settled: prepaid ? null : toLong(0),
      invoiceId: null,
      issuedAt,
    },
  };
}
