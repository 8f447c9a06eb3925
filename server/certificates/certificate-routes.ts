import Joi from 'joi';
import { formatInstant } from '../../programs/calendar.ts';
import { coverIdParam } from '../covers/cover-routes.ts';
import { renderWindow, windowSchema } from '../covers/render-verdict.ts';
import { route, type AnyRoute } from '../http/route.ts';
import {
  checkCertificate,
  issueCertificate,
  printCertificate,
  type Certificate,
  type CertificateCheck,
} from './issue-certificate.ts';
import { publishedKeys } from './signing-keys.ts';

const readers = ['platform', 'worker', 'person', 'operator'] as const;
const state = Joi.string()
  .valid('valid', 'ended', 'not_live')
  .description('`valid`: protects now or later that day; `ended`: did; `not_live`: no valid start, so no protection.');
const shared = {
  code: Joi.string(),
  state,
  mode: Joi.string()
    .valid('test', 'live')
    .description('`test`: of a platform that only tries things out; nobody is insured by it.'),
  product: Joi.object({ ref: Joi.string(), name: Joi.object({ en: Joi.string(), zh: Joi.string() }) }),
  productDay: Joi.string(),
  timeZone: Joi.string(),
  windows: Joi.array().items(windowSchema),
};

const certificateSchema = Joi.object({
  ...shared,
  coverId: Joi.string(),
  policyId: Joi.string(),
  asOf: Joi.string(),
  expiresAt: Joi.string().description('The signature verifies until here.'),
  token: Joi.string().description(
    'Compact JWS (EdDSA), verifiable offline against the published keys; the online check of `code` prevails.',
  ),
  urls: Joi.object({ check: Joi.string(), pdf: Joi.string(), keys: Joi.string() }),
}).meta({ title: 'Certificate' });

const checkSchema = Joi.object({
  ...shared,
  valid: Joi.boolean(),
  checkedAt: Joi.string(),
  insured: Joi.object({ name: Joi.string().allow(null).description('Masked; null when no name is known.') }),
}).meta({ title: 'CertificateCheck' });

const WINDOW = { from: '2026-03-01T10:00:00.000Z', to: '2026-03-01T17:30:00.000Z' };
const SHARED_EXAMPLE = {
  code: '3f9k2m7q8r5t1v4x6z0b2d8g3h',
  state: 'valid',
  mode: 'live',
  product: { ref: 'rider-day@1', name: { en: "Rider's day", zh: '骑手日保' } },
  productDay: '2026-03-01',
  timeZone: 'Asia/Shanghai',
  windows: [WINDOW],
};
const COVER_ID = '2026-03-01.9c1f.wrk_01jz8m7q4x2v9t5b3n6k8d0e1f.pol_demo';
const tenant = 'A platform sees covers under its own policies; tokens see their own. Everything else is not found.';
const params = Joi.object<{ id: string }>({ id: coverIdParam() });

export const certificateRoutes: readonly AnyRoute[] = [
  route({
    method: 'get',
    path: '/v1/covers/{id}/certificate',
    operationId: 'issueCertificate',
    summary: "A cover's certificate: public code and signed token",
    description:
      'The code is made when it is first asked for and stays; the token is signed anew, as of now. No name is in it.',
    tag: 'Certificates',
    allow: readers,
    scope: 'covers:read',
    tenant,
    params,
    responses: {
      200: {
        description: 'The certificate as of now.',
        schema: certificateSchema,
        example: {
          ...SHARED_EXAMPLE,
          coverId: COVER_ID,
          policyId: 'pol_demo',
          asOf: '2026-03-01T12:00:00.000Z',
          expiresAt: '2026-05-30T12:00:00.000Z',
          token: 'eyJhbGciOiJFZERTQSIsImtpZCI6Ii4uLiJ9.eyJjb2RlIjoiLi4uIn0.c2lnbmF0dXJl',
          urls: {
            check: 'https://parasol.example/v1/certificates/3f9k2m7q8r5t1v4x6z0b2d8g3h',
            pdf: `https://parasol.example/v1/covers/${COVER_ID}/certificate.pdf`,
            keys: 'https://parasol.example/.well-known/jwks.json',
          },
        },
      },
    },
    problems: ['cover_not_found'],
    async handle(services, { actor, params: { id } }) {
      return { status: 200, json: renderCertificate(await issueCertificate(services, { actor, coverId: id })) };
    },
  }),
  route({
    method: 'get',
    path: '/v1/covers/{id}/certificate.pdf',
    operationId: 'printCertificate',
    summary: "A cover's certificate as one page to print",
    description: 'Chinese and English, with the signed token as a QR code. The whole name is shown only to the person.',
    tag: 'Certificates',
    allow: readers,
    scope: 'covers:read',
    tenant,
    params,
    responses: { 200: { description: 'One A4 page.', contentType: 'application/pdf' } },
    problems: ['cover_not_found'],
    async handle(services, { actor, params: { id } }) {
      const { fileName, content } = await printCertificate(services, { actor, coverId: id });
      return {
        status: 200,
        headers: { 'Content-Disposition': `inline; filename="${fileName}"`, 'Cache-Control': 'private, no-store' },
        bytes: { type: 'application/pdf', content },
      };
    },
  }),
  route({
    method: 'get',
    path: '/v1/certificates/{code}',
    operationId: 'checkCertificate',
    summary: 'Is this certificate good: for anybody who holds its code',
    description:
      'Shows validity, product, day and windows, and the beginning of the name; never health or claims. Each look is written down for the person.',
    tag: 'Certificates',
    allow: ['public'],
    tenant: 'Public: the code, 128 random bits, is the right to look; only what a certificate may show is read.',
    params: Joi.object<{ code: string }>({
      code: Joi.string()
        .max(64)
        .pattern(/^[0-9A-Za-z]+$/)
        .description('The code on the certificate.'),
    }),
    responses: {
      200: {
        description: 'What the certificate is worth now.',
        schema: checkSchema,
        example: { ...SHARED_EXAMPLE, valid: true, checkedAt: '2026-03-01T12:00:00.000Z', insured: { name: '张**' } },
      },
    },
    problems: ['certificate_not_found'],
    async handle(services, { actor, params: { code } }) {
      const check = await checkCertificate(services, { actor, code: code.toLowerCase() });
      return { status: 200, headers: { 'Cache-Control': 'no-store' }, json: renderCheck(check) };
    },
  }),
  route({
    method: 'get',
    path: '/.well-known/jwks.json',
    operationId: 'listSigningKeys',
    summary: 'The public keys that verify certificate tokens',
    tag: 'Certificates',
    allow: ['public'],
    tenant: 'Public: holds no data of anybody.',
    responses: {
      200: {
        description: 'A JSON Web Key Set (RFC 7517).',
        schema: Joi.object({ keys: Joi.array().items(Joi.object().unknown()) }).meta({ title: 'KeySet' }),
        example: {
          keys: [
            {
              kty: 'OKP',
              crv: 'Ed25519',
              x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
              kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
              alg: 'EdDSA',
              use: 'sig',
            },
          ],
        },
      },
    },
    async handle(services) {
      const keys = await publishedKeys(services, services.clock.now());
      return { status: 200, headers: { 'Cache-Control': 'public, max-age=300' }, json: { keys } };
    },
  }),
];

function renderShared({
  folded,
  terms,
  code,
  state: now,
  mode,
}: Pick<Certificate | CertificateCheck, 'folded' | 'terms' | 'code' | 'state' | 'mode'>) {
  return {
    code,
    state: now,
    mode,
    product: { ref: folded.terms.product, name: terms.name },
    productDay: folded.terms.productDay,
    timeZone: folded.terms.timeZone,
    windows: folded.windows.map(renderWindow),
  };
}

function renderCertificate(certificate: Certificate) {
  return {
    ...renderShared(certificate),
    coverId: certificate.folded.terms.coverId,
    policyId: certificate.folded.terms.policyId,
    asOf: formatInstant(certificate.asOf),
    expiresAt: formatInstant(certificate.expiresAt),
    token: certificate.token,
    urls: certificate.urls,
  };
}

function renderCheck(check: CertificateCheck) {
  return {
    ...renderShared(check),
    valid: check.state === 'valid',
    checkedAt: formatInstant(check.checkedAt),
    insured: { name: check.maskedName ?? null },
  };
}
