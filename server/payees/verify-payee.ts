import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import { followPayee } from '../payouts/follow-payee.ts';
import type { PayoutDeps } from '../payouts/payout-deps.ts';
import type { Services } from '../services.ts';
import type { PayeeDocument, VerificationMethod } from './payee-model.ts';

export interface VerifyPayee {
  readonly actor: ActorOf<'operator'>;
  readonly payeeId: string;
  /** The version that was looked at. */
  readonly version: number;
  readonly method: VerificationMethod;
}

/**
 * Records that somebody made sure that the account is the holder's; payouts that waited for it go on. Not by the person
 * who set it. Doing it again changes nothing. Throws `payee_not_found`, `version_moved`, `verifier_refused`.
 */
export async function verifyPayee(services: Services, deps: PayoutDeps, input: VerifyPayee): Promise<PayeeDocument> {
  const { actor, payeeId, version, method } = input;
  const payee = await services.models.payees.findById(payeeId).lean();
  if (payee === null || payee.erasedAt !== null) {
    throw new Refusal('not_found', 'payee_not_found', `There is no payee ${payeeId}, or its holder was erased.`);
  }
  if (payee.version !== version) throw moved(payee.version);
  if (payee.editor === actor.operatorId) {
    throw new Refusal('forbidden', 'verifier_refused', 'You set this account: somebody else must verify it.');
  }
  if (payee.verifiedAt === null) {
    const verifiedAt = new Date(services.clock.now());
    const update = { $set: { verifiedAt, verifiedBy: actor.operatorId, method } };
    const writes: UnitWrite[] = [
      {
        kind: 'update',
        collection: 'payees',
        id: payeeId,
        guard: { version, verifiedAt: null, erasedAt: null },
        update,
      },
      {
        kind: 'update',
        collection: 'payee_versions',
        id: `${payeeId}:${version}`,
        guard: { verifiedAt: null },
        update,
      },
    ];
    const result = await services.ledger.commit({ id: `payee:${payeeId}:${version}:verify`, transfers: [], writes });
    const after = await services.models.payees.findById(payeeId).lean();
    if (result.status === 'refused' && after?.version !== version) throw moved(after?.version ?? version);
  }
  await followPayee(deps, payeeId);
  return (await services.models.payees.findById(payeeId).lean()) ?? payee;
}

const moved = (version: number): Refusal =>
  new Refusal(
    'precondition_failed',
    'version_moved',
    `The payee is at version ${version}: look at that one, and verify it if it is right.`,
  );
