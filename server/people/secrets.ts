/** Encryption of personal data and keyed hashes. Made from the configuration's keys by `openSecrets`. */
export interface Secrets {
  /** A fresh data key for one person, wrapped by the encryption key (M10). */
  newPersonKey(): string;
  /** AES-256-GCM under the person's key; the result is self-describing text. */
  encrypt(wrappedKey: string, plain: string): string;
  decrypt(wrappedKey: string, cipher: string): string;
  /** For secrets of ours (signing keys): directly under the encryption key. */
  wrap(plain: string): string;
  unwrap(cipher: string): string;
  /** Keyed HMAC of a normalised national id, under a key of its own (G23). */
  nationalIdHash(nationalId: string): string;
  /** HMAC for what must be stable but not guessable (cursors and the like). */
  sign(purpose: string, text: string): string;
}
