import { Refusal } from '../../../programs/refusal.ts';
import type { Services } from '../../services.ts';
import type { BankFileDocument } from './bank-models.ts';

/** Throws `not_found` / `bank_file_not_found`. */
export async function findPaymentFile({ models }: Services, fileId: string): Promise<BankFileDocument> {
  const file = await models.bankFiles.findById(fileId).lean();
  if (file === null) throw new Refusal('not_found', 'bank_file_not_found', `There is no payment file ${fileId}.`);
  return file;
}
