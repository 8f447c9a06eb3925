import type { Money } from '../../programs/money.ts';
import { toLong } from '../database/longs.ts';
import { isPrepaidOn } from '../deposits/is-prepaid-on.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { Services } from '../services.ts';

export interface NewReceivable {
  readonly statementId: string;
  readonly platformId: string;
  readonly policyId: string;
  readonly productDay: string;
  /** Negative where credits prevail. */
  readonly total: Money;
  readonly issuedAt: Date;
}

/** What the close of a product day writes beside its statement, so that it is billed (or settled on a deposit) once. */
export async function receivableWrite(
  services: Pick<Services, 'models'>,
  statement: NewReceivable,
): Promise<UnitWrite> {
  const { statementId, platformId, policyId, productDay, total, issuedAt } = statement;
  const prepaid = await isPrepaidOn(services, policyId, productDay);
  return {
    kind: 'insert_once',
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
