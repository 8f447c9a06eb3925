import type { Instant } from '../../programs/calendar.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { UnitWrite } from '../ledger/ledger.ts';
import { profileIdOf } from '../people/profile.ts';
import type { Services } from '../services.ts';
import { openPayee } from './payee-account.ts';
import type { ManualNoticeDocument, PayeeDocument } from './payee-model.ts';

type NoticeServices = Pick<Services, 'models' | 'secrets'>;

/**
 * The notice that an account was set or changed, to the contact known before (M9): of the last version, else the phones
 * of the workers that are proved to be the person. Contacts are copied as they are, encrypted.
 */
export async function changeNotice(
  services: NoticeServices,
  change: { readonly payee: PayeeDocument; readonly old: PayeeDocument | undefined; readonly now: Instant },
): Promise<UnitWrite> {
  const { payee, old, now } = change;
  const { masked } = payee.account;
  const document: ManualNoticeDocument = {
    _id: `payee_account_changed:${payee._id}:${payee.version}`,
    kind: 'payee_account_changed',
    state: 'waiting',
    payeeId: payee._id,
    holderId: payee.holderId,
    contacts: await oldContacts(services, payee, old),
    text: `The account that we pay you on is now ${masked}. Payments to it begin 24 hours after the change. If this was not you, tell us at once.`,
    createdAt: new Date(now),
    doneAt: null,
    doneBy: null,
    how: null,
  };
  return { kind: 'insert', collection: 'manual_notices', document };
}

async function oldContacts(
  { models }: NoticeServices,
  { _id, holderKind, holderId }: PayeeDocument,
  old: PayeeDocument | undefined,
): Promise<ManualNoticeDocument['contacts']> {
  const before = old && (await models.payeeVersions.findById(`${_id}:${old.version}`, { sealed: 1 }).lean());
  if (before) return [{ of: `payee_version:${before._id}`, sealed: before.sealed }];
  if (holderKind !== 'person') return [];
  const workers = await models.workers
    .find({ personId: holderId, personLink: 'verified' }, { _id: 1 })
    .limit(20)
    .lean();
  const profiles = await models.people
    .find({ _id: { $in: workers.map((worker) => profileIdOf(worker._id)) }, phone: { $exists: true } }, { phone: 1 })
    .lean();
  return profiles.flatMap(({ _id: profileId, phone }) =>
    phone === undefined ? [] : [{ of: `profile:${profileId}`, sealed: phone }],
  );
}

/** A notice with its contacts in the clear, for the person who has to tell. */
export interface OpenNotice {
  readonly noticeId: string;
  readonly holderId: string;
  readonly contacts: readonly string[];
  readonly text: string;
  readonly createdAt: Instant;
}

/** What has to be told, oldest first. */
export async function listNotices(services: NoticeServices, limit: number): Promise<readonly OpenNotice[]> {
  const rows = await services.models.manualNotices
    .find({ state: 'waiting' })
    .sort({ createdAt: 1, _id: 1 })
    .limit(limit)
    .lean();
  return Promise.all(
    rows.map(async ({ _id, holderId, contacts, text, createdAt }) => {
      const opened = await Promise.all(contacts.map((contact) => openContact(services, holderId, contact)));
      return {
        noticeId: _id,
        holderId,
        contacts: opened.filter((contact) => contact !== undefined),
        text,
        createdAt: createdAt.getTime(),
      };
    }),
  );
}

async function openContact(
  { models, secrets }: NoticeServices,
  holderId: string,
  { of, sealed }: ManualNoticeDocument['contacts'][number],
): Promise<string | undefined> {
  const [kind = '', id = ''] = of.split(/:(.*)/s);
  const keyHolder = kind === 'profile' ? id : holderId;
  const personKey = (await models.people.findById(keyHolder, { wrappedKey: 1 }).lean())?.wrappedKey;
  if (kind === 'profile') return personKey === undefined ? undefined : secrets.decrypt(personKey, sealed);
  const ofPerson = holderId.startsWith('per_');
  const opened = openPayee(secrets, { sealed, ofPerson, ...(personKey !== undefined && { personKey }) });
  return opened?.contact ?? undefined;
}

/** Records that somebody was told, and how. Doing it again changes nothing. Throws `notice_not_found`. */
export async function finishNotice(
  services: Pick<Services, 'models' | 'clock'>,
  { actor, noticeId, how }: { readonly actor: ActorOf<'operator'>; readonly noticeId: string; readonly how: string },
): Promise<void> {
  const { manualNotices } = services.models;
  const { matchedCount } = await manualNotices.updateOne(
    { _id: noticeId, state: 'waiting' },
    { $set: { state: 'done', doneAt: new Date(services.clock.now()), doneBy: actor.operatorId, how } },
  );
  if (matchedCount === 0 && (await manualNotices.exists({ _id: noticeId })) === null) {
    throw new Refusal('not_found', 'notice_not_found', `There is no notice ${noticeId}.`);
  }
}
