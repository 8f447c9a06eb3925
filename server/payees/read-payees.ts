import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import type { PayeeDocument, PayeeVersionDocument } from './payee-model.ts';

export interface ListPayees {
  readonly holderId?: string | undefined;
  readonly limit: number;
  /** Goes on after this payee. */
  readonly afterId?: string | undefined;
}

/** Payees in order of their ids, one more than the limit when there are more. */
export async function listPayees(
  { models }: Pick<Services, 'models'>,
  { holderId, limit, afterId }: ListPayees,
): Promise<readonly PayeeDocument[]> {
  return models.payees
    .find({ ...(holderId !== undefined && { holderId }), ...(afterId !== undefined && { _id: { $gt: afterId } }) })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .lean();
}

/** A payee with its history, and who else is paid on the same account. */
export interface ReadPayee {
  readonly payee: PayeeDocument;
  /** The latest 50, newest first. */
  readonly versions: readonly PayeeVersionDocument[];
  /** Other payees with the same account, at most 20. */
  readonly sameAccount: readonly { readonly payeeId: string; readonly holderId: string }[];
}

/** Throws `payee_not_found`. */
export async function readPayee({ models }: Pick<Services, 'models'>, payeeId: string): Promise<ReadPayee> {
  const payee = await models.payees.findById(payeeId).lean();
  if (payee === null) throw new Refusal('not_found', 'payee_not_found', `There is no payee ${payeeId}.`);
  const { accountHash } = payee;
  const [versions, same] = await Promise.all([
    models.payeeVersions.find({ payeeId }).sort({ version: -1 }).limit(50).lean(),
    accountHash === null
      ? []
      : models.payees
          .find({ accountHash, _id: { $ne: payeeId } }, { holderId: 1 })
          .limit(20)
          .lean(),
  ]);
  return { payee, versions, sameAccount: same.map(({ _id, holderId }) => ({ payeeId: _id, holderId })) };
}
