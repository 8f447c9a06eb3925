import { productDayInterval, type Instant } from '../../programs/calendar.ts';
import { parseCoverId } from '../../programs/cover/cover-id.ts';
import type { FoldedCover } from '../../programs/cover/cover-facts.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import type { ProductTerms } from '../../programs/products/product-terms.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { Actor } from '../actor.ts';
import { readCover, standingCover } from '../covers/read-cover.ts';
import { openProfile, profileIdOf } from '../people/profile.ts';
import type { PlatformDocument } from '../platforms/platform-model.ts';
import type { Services } from '../services.ts';
import { verifiedPersonOf } from '../workers/find-worker.ts';
import { certificateCode } from './certificate-code.ts';
import { certificatePdf } from './certificate-pdf.ts';
import { certificateState, signCertificate, type CertificateState } from './certificate-token.ts';
import { maskName } from './mask-name.ts';

export interface Certificate {
  readonly code: string;
  readonly token: string;
  readonly asOf: Instant;
  readonly expiresAt: Instant;
  readonly state: CertificateState;
  readonly mode: PlatformDocument['mode'];
  readonly folded: FoldedCover;
  readonly platformId: string;
  readonly terms: ProductTerms;
  readonly urls: { readonly check: string; readonly pdf: string; readonly keys: string };
}

/**
 * The certificate of a cover as of now: its public code (made once), and a signed token that says what is known now (G24).
 * Throws `cover_not_found`.
 */
export async function issueCertificate(
  services: Services,
  { actor, coverId }: { actor: Actor; coverId: string },
): Promise<Certificate> {
  const now = services.clock.now();
  const { folded, platformId } = await readCover(services, { actor, coverId, purpose: 'certificate' });
  const terms = termsOf(folded);
  const [code, mode] = await Promise.all([certificateCode(services, coverId, now), modeOf(services, platformId)]);
  const state = certificateState(folded, now);
  const origin = originOf(services);
  const { policyId, product, productDay, timeZone } = folded.terms;
  const facts = { code, policyId, product, productDay, timeZone, state, mode, windows: folded.windows };
  const { token, expiresAt } = await signCertificate(services, origin, facts, now);
  const urls = {
    check: `${origin}/v1/certificates/${code}`,
    pdf: `${origin}/v1/covers/${encodeURIComponent(coverId)}/certificate.pdf`,
    keys: `${origin}/.well-known/jwks.json`,
  };
  return { code, token, asOf: now, expiresAt, state, mode, folded, platformId, terms, urls };
}

/** The certificate as a page to print. The whole name only for the person; for everybody else it is masked. */
export async function printCertificate(
  services: Services,
  { actor, coverId }: { actor: Actor; coverId: string },
): Promise<{ readonly fileName: string; readonly content: Buffer }> {
  const certificate = await issueCertificate(services, { actor, coverId });
  const { folded, terms } = certificate;
  const { workerId, policyId, policyRevision, productDay, timeZone } = folded.terms;
  const [name, party] = await Promise.all([
    nameOf(services, workerId),
    partiesOf(services, certificate.platformId, policyId, policyRevision),
  ]);
  const isSelf = actor.kind === 'worker' || actor.kind === 'person';
  const shownName = name === undefined ? undefined : isSelf ? name : maskName(name);
  const content = await certificatePdf({
    ...certificate,
    ...party,
    checkUrl: certificate.urls.check,
    policyId,
    productDay,
    timeZone,
    day: productDayInterval(productDay, { timeZone, boundary: terms.dayBoundary }),
    windows: folded.windows,
    insured: shownName === undefined ? workerId : `${shownName}  (${workerId})`,
  });
  return { fileName: `certificate-${productDay}.pdf`, content };
}

export interface CertificateCheck {
  readonly code: string;
  readonly checkedAt: Instant;
  readonly state: CertificateState;
  readonly mode: PlatformDocument['mode'];
  readonly folded: FoldedCover;
  readonly terms: ProductTerms;
  /** The masked name, when one is known. */
  readonly maskedName?: string;
}

/**
 * What anybody may learn from a certificate's code: whether it holds, the product, day and windows, and the beginning of
 * the name. Nothing about health or claims. Throws `certificate_not_found`, alike for every miss.
 */
export async function checkCertificate(
  services: Services,
  { actor, code }: { actor: Actor; code: string },
): Promise<CertificateCheck> {
  const now = services.clock.now();
  const certificate = await services.models.certificates.findOne({ code }).lean();
  const key = certificate && parseCoverId(certificate._id);
  const worker = key && (await services.models.workers.findById(key.workerId).lean());
  const cover = key && worker && (await standingCover(services, worker.platformId, key, now));
  if (!cover) {
    throw new Refusal(
      'not_found',
      'certificate_not_found',
      'There is no certificate with this code; check that it was copied whole.',
    );
  }
  const { workerId } = cover.folded.terms;
  const personId = verifiedPersonOf(worker ?? null);
  await services.disclosures.record({
    workerId,
    ...(personId !== undefined && { personId }),
    reader: actor,
    purpose: 'certificate',
    basis: 'public_code',
  });
  const [name, mode] = await Promise.all([nameOf(services, workerId), modeOf(services, cover.platformId)]);
  return {
    code,
    mode,
    checkedAt: now,
    state: certificateState(cover.folded, now),
    folded: cover.folded,
    terms: termsOf(cover.folded),
    ...(name !== undefined && { maskedName: maskName(name) }),
  };
}

function termsOf({ terms }: FoldedCover): ProductTerms {
  const product = productTerms(terms.product);
  if (!product) throw new Error(`A cover names ${terms.product}, which is not in the catalogue.`);
  return product;
}

/** Test data stays recognisable wherever its certificate is shown. */
async function modeOf(services: Services, platformId: string): Promise<PlatformDocument['mode']> {
  const platform = await services.models.platforms.findById(platformId, { mode: 1 }).lean();
  if (platform === null) throw new Error(`A cover names the platform ${platformId}, which does not exist.`);
  return platform.mode;
}

async function nameOf(services: Services, workerId: string): Promise<string | undefined> {
  const document = await services.models.people.findById(profileIdOf(workerId)).lean();
  return openProfile(services.secrets, document).name;
}

async function partiesOf(services: Services, platformId: string, policyId: string, revision: number) {
  const revisions = await services.policies.revisionsOf(platformId);
  const policy = revisions.find((one) => one.policyId === policyId && one.revision === revision);
  const carrier = policy && (await services.models.carriers.findById(policy.carrierId).lean());
  return { policyholder: policy?.policyholder ?? '', carrier: carrier?.name ?? policy?.carrierId ?? '' };
}

/** What links name: the public address, else the address listened on. */
export function originOf({ config }: Pick<Services, 'config'>): string {
  return config.publicUrl?.replace(/\/+$/, '') ?? `http://${config.host}:${config.port}`;
}
