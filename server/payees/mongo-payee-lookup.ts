import type { Services } from '../services.ts';
import { versionKey, type PayeeLookup, type PayeeVersionRef, type SealedDestination } from '../payouts/payout-deps.ts';
import { openPayee } from './payee-account.ts';

/** Payees of the database, as payouts need them. */
export function mongoPayeeLookup({ models, secrets }: Pick<Services, 'models' | 'secrets'>): PayeeLookup {
  return {
    async current(payeeIds) {
      const found = await models.payees.find({ _id: { $in: [...payeeIds] }, erasedAt: null }).lean();
      return new Map(
        found.map(({ _id, version, setAt, editor, verifiedAt, relation, holderId }) => [
          _id,
          { payeeId: _id, version, setAt: setAt.getTime(), editor, verified: verifiedAt !== null, relation, holderId },
        ]),
      );
    },

    async destinations(versions: readonly PayeeVersionRef[]) {
      const [found, payees] = await Promise.all([
        models.payeeVersions.find({ _id: { $in: versions.map(versionKey) } }, { sealed: 1, payeeId: 1 }).lean(),
        models.payees
          .find({ _id: { $in: versions.map(({ payeeId }) => payeeId) } }, { holderKind: 1, holderId: 1 })
          .lean(),
      ]);
      const persons = new Map(
        payees.flatMap(({ _id, holderKind, holderId }) => (holderKind === 'person' ? [[_id, holderId] as const] : [])),
      );
      const keys = await models.people.find({ _id: { $in: [...persons.values()] } }, { wrappedKey: 1 }).lean();
      const keyOf = new Map(keys.map(({ _id, wrappedKey }) => [_id, wrappedKey]));
      return new Map(
        found.map(({ _id, sealed, payeeId }): [string, SealedDestination] => {
          const personId = persons.get(payeeId);
          const personKey = personId === undefined ? undefined : keyOf.get(personId);
          const ofPerson = personId !== undefined;
          const open = () =>
            openPayee(secrets, { sealed, ofPerson, ...(personKey !== undefined && { personKey }) })?.destination;
          return [_id, { open }];
        }),
      );
    },
  };
}
