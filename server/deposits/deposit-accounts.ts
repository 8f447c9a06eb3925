import type { Collection } from 'mongodb';
import { accountId, type AccountId } from '../../programs/ledger/chart.ts';
import type { AccountDocument } from '../ledger/ledger-models.ts';
import type { Services } from '../services.ts';

export const depositAccount = (platformId: string, currency: string): AccountId =>
  accountId('platform:*:deposit', currency, platformId);
export const envelopeAccount = (envelopeId: string, currency: string): AccountId =>
  accountId('envelope:*', currency, envelopeId);
export const prepaidAccount = (policyId: string, currency: string): AccountId =>
  accountId('policy:*:prepaid', currency, policyId);
export const receivableAccount = (policyId: string, currency: string): AccountId =>
  accountId('policy:*:receivable', currency, policyId);
export const creditAccount = (policyId: string, currency: string): AccountId =>
  accountId('policy:*:receivable_credit', currency, policyId);
export const platformReceivable = (platformId: string, currency: string): AccountId =>
  accountId('platform:*:receivable', currency, platformId);

/** `_id` of a deposit. */
export const depositId = (platformId: string, currency: string): string => `${platformId}:${currency}`;

/** What may be taken from an account that holds somebody's money: minor units, pending amounts counted as gone. */
export async function availableIn({ models }: Pick<Services, 'models'>, id: AccountId): Promise<number> {
  return availableOf(await models.accounts.findById(id).lean());
}

/** What a platform owes of top-ups that were taken back after they were spent: minor units, what is being paid counted as paid. */
export async function owedBy(
  { models }: Pick<Services, 'models'>,
  { platformId, currency }: { readonly platformId: string; readonly currency: string },
): Promise<number> {
  return owedOf(await models.accounts.findById(platformReceivable(platformId, currency)).lean());
}

/** What may be given back to a platform: what its deposit has, less what it owes. Minor units. */
export async function returnableTo(
  services: Pick<Services, 'models'>,
  which: { readonly platformId: string; readonly currency: string },
): Promise<number> {
  const available = await availableIn(services, depositAccount(which.platformId, which.currency));
  return Math.max(0, available - (await owedBy(services, which)));
}

/** The driver's own collection, for writes that Mongoose would cast: amounts are longs. */
export const depositRows = (
  { database }: Pick<Services, 'database'>,
  name: 'deposits' | 'prepaid_days' | 'top_ups',
): Collection<{ _id: string }> => database.db.collection(name);

/** `availableIn` of an account that was read; 0 where there is none. */
export const availableOf = (account: AccountDocument | null | undefined): number =>
  account ? account.creditsPosted - account.debitsPosted - account.debitsPending : 0;

/** `owedBy` of an account that was read; 0 where there is none. */
export const owedOf = (account: AccountDocument | null | undefined): number =>
  account ? account.debitsPosted - account.creditsPosted - account.creditsPending : 0;
