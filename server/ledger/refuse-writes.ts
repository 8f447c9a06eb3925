import type { Document } from 'mongodb';
import type { UnitRefusal } from '../../programs/ledger/unit-refusals.ts';
import { guardHolds } from './guards.ts';
import type { UnitWrite } from './ledger.ts';

/** Why a unit's writes cannot be, if so. `documents` by `<collection>/<_id>`, with the fields that guards ask about. */
export function refuseWrites(
  writes: readonly UnitWrite[],
  documents: Pick<ReadonlyMap<string, Document>, 'get'>,
): UnitRefusal | undefined {
  for (const write of writes) {
    if (write.kind !== 'insert') continue;
    const at = `${write.collection}/${write.document._id}`;
    if (documents.get(at) !== undefined) return { code: 'already_exists', at, message: `${at} is there already.` };
  }
  for (const write of writes) {
    if (write.kind !== 'update') continue;
    const at = `${write.collection}/${write.id}`;
    const document = documents.get(at);
    if (document === undefined) return { code: 'guard_failed', at, message: `There is no ${at}.` };
    if (!guardHolds(document, write.guard))
      return { code: 'guard_failed', at, message: `${at} was changed meanwhile.` };
  }
  return undefined;
}
