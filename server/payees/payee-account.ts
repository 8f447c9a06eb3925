import type { PayeeDestination } from '../payments/payment-port.ts';
import type { Secrets } from '../people/secrets.ts';
import type { ShownAccount } from './payee-model.ts';

/** What of a payee is secret: never logged, shown or told. */
export interface PayeeSecret {
  readonly destination: PayeeDestination;
  /** Phone or address of the holder, where a change of the account is to be told. */
  readonly contact: string | null;
}

/** What anybody may see: the last four characters where enough stay hidden. */
export function shownAccount(destination: PayeeDestination): ShownAccount {
  switch (destination.kind) {
    case 'bank_account':
      return { kind: destination.kind, masked: mask(destination.accountNumber), at: destination.bankCode };
    case 'wallet':
      return { kind: destination.kind, masked: mask(destination.handle), at: destination.scheme };
    case 'connected_account':
      return { kind: destination.kind, masked: mask(destination.accountId), at: null };
  }
}

function mask(text: string): string {
  const plain = text.replace(/[\s-]/g, '');
  return plain.length < 8 ? '****' : `****${plain.slice(-4)}`;
}

/** Keyed hash of where the money goes, whoever is named as its holder and however it is spaced. */
export function accountHash(secrets: Secrets, destination: PayeeDestination): string {
  return secrets.sign('payee-account', JSON.stringify(numberOf(destination)));
}

function numberOf(destination: PayeeDestination): readonly string[] {
  const plain = (text: string): string => text.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
  switch (destination.kind) {
    case 'bank_account':
      return ['bank', destination.country, plain(destination.bankCode), plain(destination.accountNumber)];
    case 'wallet':
      return ['wallet', destination.scheme, plain(destination.handle)];
    case 'connected_account':
      return ['connected', destination.accountId];
  }
}

/** Under the person's key where there is one, so that erasure destroys it; else directly under the encryption key. */
export function sealPayee(secrets: Secrets, personKey: string | undefined, secret: PayeeSecret): string {
  const text = JSON.stringify(secret);
  return personKey === undefined ? secrets.wrap(text) : secrets.encrypt(personKey, text);
}

/** Undefined for a person's account whose key is destroyed. Throws when a seal is damaged. */
export function openPayee(
  secrets: Secrets,
  { sealed, ofPerson, personKey }: { readonly sealed: string; readonly ofPerson: boolean; readonly personKey?: string },
): PayeeSecret | undefined {
  if (ofPerson && personKey === undefined) return undefined;
  const opened: unknown = JSON.parse(
    personKey === undefined ? secrets.unwrap(sealed) : secrets.decrypt(personKey, sealed),
  );
  if (!isPayeeSecret(opened)) throw new Error('A sealed payee cannot be read.');
  return opened;
}

function isPayeeSecret(value: unknown): value is PayeeSecret {
  return typeof value === 'object' && value !== null && 'destination' in value && 'contact' in value;
}
