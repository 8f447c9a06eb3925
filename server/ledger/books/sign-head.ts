import { SignJWT } from 'jose';
import { originOf } from '../../certificates/issue-certificate.ts';
import { signingKey } from '../../certificates/signing-keys.ts';
import type { Services } from '../../services.ts';
import type { BlockDocument } from './book-documents.ts';
import { lastBlock } from './seal-blocks.ts';

export interface SignedHead {
  readonly block: Pick<BlockDocument, '_id' | 'hash' | 'toKey' | 'sealedAt'>;
  /**
   * Compact JWS (EdDSA) over the head, by the key that signs certificates; `/.well-known/jwks.json` shows it for at least
   * 90 days after its last signature: keep the key beside the head.
   */
  readonly token: string;
}

/**
 * The head of the hash chain, signed (M10). Kept outside, it proves that nothing up to it was changed or cut off since.
 * Undefined before the first block.
 */
export async function signHead(services: Services): Promise<SignedHead | undefined> {
  const now = services.clock.now();
  const block = await lastBlock(services.database.db);
  if (block === undefined) return undefined;
  const { _id, hash, toKey, sealedAt } = block;
  const { kid, privateKey } = await signingKey(services, now);
  const claims = { block: _id, hash, upTo: toKey.bookedAt.toISOString(), sealedAt: sealedAt.toISOString() };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .setIssuer(originOf(services))
    .setIssuedAt(Math.floor(now / 1_000))
    .sign(privateKey);
  return { block: { _id, hash, toKey, sealedAt }, token };
}
