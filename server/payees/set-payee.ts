import { coolsUntil } from '../../programs/payouts/timing.ts';
import type { Instant } from '../../programs/calendar.ts';
import type { PayeeRelation } from '../../programs/payouts/payout.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { deterministicId } from '../database/ids.ts';
import { eventWrite } from '../events/event-row.ts';
import { canonicalJson } from '../http/canonical-json.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import type { PayeeDestination } from '../payments/payment-port.ts';
import { followPayee } from '../payouts/follow-payee.ts';
import type { PayoutDeps } from '../payouts/payout-deps.ts';
import type { Services } from '../services.ts';
import { keyOfHolder, type Holder } from './holder.ts';
import { changeNotice } from './manual-notices.ts';
import { accountHash, sealPayee, shownAccount } from './payee-account.ts';
import type { PayeeDocument, PayeeVersionDocument } from './payee-model.ts';

export interface PayeeAccount {
  readonly relation: PayeeRelation;
  readonly destination: PayeeDestination;
  /** Where the holder is told of the next change. */
  readonly contact?: string;
}

export interface CreatePayee extends PayeeAccount {
  readonly actor: ActorOf<'operator'>;
  readonly holder: Holder;
  /** Tells several payees of one holder apart; default `main`. */
  readonly name?: string;
}

export interface ChangePayee extends PayeeAccount {
  readonly actor: ActorOf<'operator'>;
  readonly payeeId: string;
  /** The version that the editor saw. */
  readonly version: number;
}

/** The id of a holder's payee. */
export const payeeIdOf = (holder: Holder, name: string): string => deterministicId('pye', holder.kind, holder.id, name);

/**
 * Sets where a holder is paid: version 1, not verified. The same again answers the same payee; another account for it is
 * a change. Throws `holder_not_found`, `payee_exists`.
 */
export async function createPayee(services: Services, input: CreatePayee): Promise<PayeeDocument> {
  const now = services.clock.now();
  const { actor, holder, name = 'main' } = input;
  const payeeId = payeeIdOf(holder, name);
  const personKey = await keyOfHolder(services, holder);
  const payee: PayeeDocument = {
    ...accountFields(services, input, actor.operatorId, now),
    _id: payeeId,
    holderKind: holder.kind,
    holderId: holder.id,
    name,
    version: 1,
    events: 1,
    createdAt: new Date(now),
    erasedAt: null,
  };
  const writes = await versionWrites(services, { payee, input, personKey, now });
  const insert: UnitWrite = { kind: 'insert', collection: 'payees', document: payee };
  const result = await services.ledger.commit({ id: `payee:${payeeId}:1`, transfers: [], writes: [insert, ...writes] });
  if (result.status !== 'refused') return payee;
  const stored = await services.models.payees.findById(payeeId).lean();
  if (stored !== null && stored.contentHash === payee.contentHash) return stored;
  throw new Refusal(
    'conflict',
    'payee_exists',
    `The payee ${payeeId} of this holder has another account already: change it, or give this one a name of its own.`,
  );
}

/**
 * Another account for a payee: the next version, not verified. It voids approvals of payouts that wait and cools down
 * (M8, M9); operators are told by an event, and the holder by a person, at the contact that was known before. The same
 * again answers the same version. Throws `payee_not_found`, `version_moved`, `holder_not_found`.
 */
export async function changePayee(services: Services, deps: PayoutDeps, input: ChangePayee): Promise<PayeeDocument> {
  const now = services.clock.now();
  const { actor, payeeId, version } = input;
  const old = await services.models.payees.findById(payeeId).lean();
  if (old === null || old.erasedAt !== null) {
    throw new Refusal('not_found', 'payee_not_found', `There is no payee ${payeeId}, or its holder was erased.`);
  }
  const fields = accountFields(services, input, actor.operatorId, now);
  const done = old.version === version + 1 && old.contentHash === fields.contentHash;
  if (!done) {
    if (old.version !== version) throw moved(old.version);
    const personKey = await keyOfHolder(services, { kind: old.holderKind, id: old.holderId });
    const payee = { ...old, ...fields, version: version + 1, events: old.events + 1 };
    const writes = await versionWrites(services, { payee, old, input, personKey, now });
    const change = { ...fields, version: payee.version, events: payee.events };
    const guard = { version, erasedAt: null };
    const update: UnitWrite = { kind: 'update', collection: 'payees', id: payeeId, guard, update: { $set: change } };
    const id = `payee:${payeeId}:${payee.version}`;
    const result = await services.ledger.commit({ id, transfers: [], writes: [update, ...writes] });
    if (result.status === 'refused') throw moved(version + 1);
  }
  await followPayee(deps, payeeId);
  const stored = await services.models.payees.findById(payeeId).lean();
  if (stored === null) throw new Error(`The payee ${payeeId} is gone.`);
  return stored;
}

/** The fields that a version sets. */
function accountFields(
  { secrets }: Pick<Services, 'secrets'>,
  { relation, destination, contact }: PayeeAccount,
  editor: string,
  now: Instant,
) {
  const content = canonicalJson({ relation, destination, contact: contact ?? null });
  return {
    relation,
    account: shownAccount(destination),
    accountHash: accountHash(secrets, destination),
    contentHash: secrets.sign('payee-content', content),
    editor,
    setAt: new Date(now),
    verifiedAt: null,
    verifiedBy: null,
    method: null,
  };
}

interface NewVersion {
  readonly payee: PayeeDocument;
  readonly old?: PayeeDocument;
  readonly input: PayeeAccount;
  readonly personKey: string | undefined;
  readonly now: Instant;
}

/** The version with its sealed account, the event to operators, and what has to be told to the holder. */
async function versionWrites(
  services: Services,
  { payee, old, input, personKey, now }: NewVersion,
): Promise<readonly UnitWrite[]> {
  const { _id: payeeId, version, relation, account, editor, setAt } = payee;
  const secret = { destination: input.destination, contact: input.contact ?? null };
  const document: PayeeVersionDocument = {
    _id: `${payeeId}:${version}`,
    payeeId,
    version,
    relation,
    account,
    sealed: sealPayee(services.secrets, personKey, secret),
    editor,
    setAt,
    verifiedAt: null,
    verifiedBy: null,
    method: null,
  };
  const usableAt = coolsUntil(now, null);
  return [
    { kind: 'insert', collection: 'payee_versions', document },
    eventWrite({
      type: 'payee.changed',
      aggregateId: payeeId,
      sequence: payee.events,
      audience: { kind: 'operators' },
      occurredAt: now,
      recordedAt: now,
      data: { payeeId, ...(usableAt !== null && { usableAt: new Date(usableAt).toISOString() }) },
    }),
    await changeNotice(services, { payee, old, now }),
  ];
}

const moved = (version: number): Refusal =>
  new Refusal(
    'precondition_failed',
    'version_moved',
    `The payee is at version ${version} by now: read it again, and change that one if it still has to be.`,
  );
