import { deterministicId } from '../database/ids.ts';
import type { Secrets } from './secrets.ts';
import type { PersonDocument } from './person-model.ts';

/** What a platform says of a worker, in the clear: never stored or logged like this. */
export interface Profile {
  readonly name?: string;
  readonly phone?: string;
  readonly nationalId?: string;
}

export const PROFILE_FIELDS = ['name', 'phone', 'nationalId'] as const;

/** A change: a field that is absent stays, `null` removes it. */
export type ProfileChange = { readonly [F in (typeof PROFILE_FIELDS)[number]]?: string | null };

/** The `_id` in `people` of what the worker's platform says of the worker. */
export function profileIdOf(workerId: string): string {
  return deterministicId('per', 'profile', workerId);
}

/** Opens a stored profile; nothing is left of an erased one. */
export function openProfile(secrets: Secrets, document: PersonDocument | null | undefined): Profile {
  const wrappedKey = document?.wrappedKey;
  if (!document || wrappedKey === undefined) return {};
  const opened: { -readonly [F in keyof Profile]: Profile[F] } = {};
  for (const field of PROFILE_FIELDS) {
    const cipher = document[field];
    if (cipher !== undefined) opened[field] = secrets.decrypt(wrappedKey, cipher);
  }
  return opened;
}

/** The profile after a change, or undefined when the change changes nothing. */
export function changeProfile(profile: Profile, change: ProfileChange): Profile | undefined {
  const next: { -readonly [F in keyof Profile]: Profile[F] } = { ...profile };
  for (const field of PROFILE_FIELDS) {
    const value = change[field];
    if (value === null) delete next[field];
    else if (value !== undefined) next[field] = value;
  }
  return PROFILE_FIELDS.every((field) => next[field] === profile[field]) ? undefined : next;
}

/** The encrypted fields of a profile, to be written as they are. */
export function sealProfile(secrets: Secrets, wrappedKey: string, profile: Profile): Profile {
  const sealed: { -readonly [F in keyof Profile]: Profile[F] } = {};
  for (const field of PROFILE_FIELDS) {
    const value = profile[field];
    if (value !== undefined) sealed[field] = secrets.encrypt(wrappedKey, value);
  }
  return sealed;
}
