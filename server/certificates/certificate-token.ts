import { SignJWT } from 'jose';
import type { Instant, Interval } from '../../programs/calendar.ts';
import type { PlatformDocument } from '../platforms/platform-model.ts';
import type { Services } from '../services.ts';
import { signingKey, TOKEN_VALID_DAYS } from './signing-keys.ts';

/** What a certificate's token says; never a name, nothing about health or claims (G24). */
export interface CertificateFacts {
  readonly code: string;
  readonly policyId: string;
  readonly product: string;
  readonly productDay: string;
  readonly timeZone: string;
  readonly state: CertificateState;
  /** `test`: of a platform that only tries things out; nobody is insured by it. */
  readonly mode: PlatformDocument['mode'];
  readonly windows: readonly Interval[];
}

/** `valid`: protects now or will; `ended`: did, and no more; `not_live`: no work has started, it protects nothing. */
export type CertificateState = 'valid' | 'ended' | 'not_live';

/** The state at an instant of a cover with these windows. */
export function certificateState(
  cover: { live: boolean; windows: readonly Interval[] },
  at: Instant,
): CertificateState {
  const last = cover.windows.at(-1);
  if (!cover.live || !last) return 'not_live';
  return at < last.to ? 'valid' : 'ended';
}

const SECOND_MS = 1_000;

/**
 * The certificate as a compact JWS (EdDSA): what was known at `now`, verifiable offline against `/.well-known/jwks.json`
 * until it expires. The online check of its `code` prevails (G24).
 */
export async function signCertificate(
  services: Services,
  issuer: string,
  facts: CertificateFacts,
  now: Instant,
): Promise<{ readonly token: string; readonly expiresAt: Instant }> {
  const { kid, privateKey } = await signingKey(services, now);
  const issuedSeconds = Math.floor(now / SECOND_MS);
  const expiresSeconds = issuedSeconds + TOKEN_VALID_DAYS * 86_400;
  const claims = {
    code: facts.code,
    policy: facts.policyId,
    product: facts.product,
    day: facts.productDay,
    zone: facts.timeZone,
    state: facts.state,
    mode: facts.mode,
    windows: facts.windows.map(({ from, to }) => [toIso(from), toIso(to)]),
    asOf: toIso(now),
  };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .setIssuer(issuer)
    .setIssuedAt(issuedSeconds)
    .setExpirationTime(expiresSeconds)
    .sign(privateKey);
  return { token, expiresAt: expiresSeconds * SECOND_MS };
}

const toIso = (at: Instant): string => new Date(at).toISOString();
