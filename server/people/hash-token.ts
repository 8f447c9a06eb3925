import { hash } from 'node:crypto';

/**
 * What is kept of a key or token: SHA-256 of the whole text, base64url. Keys and tokens carry 128 random bits or more,
 * so a plain fast hash is enough: there is no dictionary to try.
 */
export function hashToken(text: string): string {
  return hash('sha256', text, 'base64url');
}
