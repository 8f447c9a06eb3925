import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../../programs/refusal.ts';

/** A strong ETag of a stored version: same version, same tag. `parts` are whatever changes when the thing changes. */
export function etagOf(...parts: readonly (string | number)[]): string {
  return `"${hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22)}"`;
}

/**
 * Checks `If-Match` of an update against the current ETag (undefined: nothing is stored yet). Without the header the
 * update goes on, so a first PUT needs none. Throws `precondition_failed` / `version_moved`.
 */
export function checkIfMatch(headers: IncomingHttpHeaders, current: string | undefined): void {
  const wanted = headers['if-match'];
  if (wanted !== undefined && !(current !== undefined && (wanted.trim() === '*' || tagsOf(wanted).includes(current)))) {
    throw new Refusal(
      'precondition_failed',
      'version_moved',
      'What is stored is no longer what If-Match names: read it again, apply your change to it, and send its new ETag.',
    );
  }
  if (headers['if-none-match']?.trim() === '*' && current !== undefined) {
    throw new Refusal(
      'precondition_failed',
      'version_moved',
      'It exists already, and If-None-Match: * asks that it does not.',
    );
  }
}

/** Whether a reader already has this version (`If-None-Match`), so that 304 is the answer. */
export function isUnchanged(headers: IncomingHttpHeaders, etag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.trim() === '*' || tagsOf(known).some((tag) => tag.replace(/^W\//, '') === etag.replace(/^W\//, ''));
}

function tagsOf(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}
