import Joi from 'joi';
import type { Instant } from '../../programs/calendar.ts';
import { once } from '../http/idempotency.ts';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, instant, pageLimit } from '../http/validate.ts';
import type { ConsentDocument } from './consent-model.ts';
import { grantConsent } from './grant-consent.ts';
import { listConsents } from './list-consents.ts';
import { isLiveConsent } from './live-consent.ts';
import { withdrawConsent } from './withdraw-consent.ts';

const tag = 'Consents';
const tenant =
  "Every query filters by the token's person; a worker's token, which its platform made, cannot call this.";

function renderConsent(consent: ConsentDocument, now: Instant) {
  return {
    id: consent._id,
    granteePlatformId: consent.granteePlatformId,
    purpose: consent.purpose,
    live: isLiveConsent(consent, now),
    grantedAt: consent.grantedAt.toISOString(),
    expiresAt: consent.expiresAt.toISOString(),
    withdrawnAt: consent.withdrawnAt?.toISOString() ?? null,
  };
}

const consentView = Joi.object({
  id: Joi.string(),
  granteePlatformId: Joi.string(),
  purpose: Joi.string().valid('cover_check'),
  live: Joi.boolean().description('Neither withdrawn nor expired now.'),
  grantedAt: Joi.string(),
  expiresAt: Joi.string(),
  withdrawnAt: Joi.string().allow(null),
});

const example = {
  id: 'cns_01kb2xw4ze7f9gq5d3r8s6h0nt',
  granteePlatformId: 'plt_example',
  purpose: 'cover_check',
  live: true,
  grantedAt: '2026-03-01T08:00:00.000Z',
  expiresAt: '2026-09-01T00:00:00.000Z',
  withdrawnAt: null,
};

const grant = route({
  method: 'post',
  path: '/v1/consents',
  operationId: 'grantConsent',
  summary: 'Let a platform see my other covers',
  description:
    'Without it a platform sees only covers under its own policies. It can be withdrawn at any time, and ends by itself within a year.',
  tag,
  allow: ['person'],
  tenant,
  body: Joi.object<{ granteePlatformId: string; purpose: ConsentDocument['purpose']; expiresAt: Instant }>({
    granteePlatformId: Joi.string()
      .min(1)
      .max(100)
      .description('The platform that may see them.')
      .example('plt_example'),
    purpose: Joi.string().valid('cover_check'),
    expiresAt: instant.description('At most a year from now.'),
  }).example({ granteePlatformId: 'plt_example', purpose: 'cover_check', expiresAt: '2026-09-01T00:00:00Z' }),
  idempotency: 'required',
  responses: { 201: { description: 'Granted.', schema: consentView, example } },
  problems: ['consent_expiry_invalid', 'grantee_unknown'],
  async handle(services, request) {
    const now = request.receivedAt;
    return once(services, request, 'grantConsent', async (session) => {
      const consent = await grantConsent(services, { actor: request.actor, ...request.body }, session);
      return { status: 201, json: renderConsent(consent, now) };
    });
  },
});

const withdraw = route({
  method: 'delete',
  path: '/v1/consents/{id}',
  operationId: 'withdrawConsent',
  summary: 'Withdraw a consent',
  description: 'From now on nothing more is disclosed on account of it. Withdrawing again changes nothing.',
  tag,
  allow: ['person'],
  tenant,
  params: Joi.object<{ id: string }>({ id: Joi.string().min(1).max(100).example(example.id) }),
  responses: {
    200: {
      description: 'Withdrawn.',
      schema: consentView,
      example: { ...example, live: false, withdrawnAt: '2026-04-01T08:00:00.000Z' },
    },
    404: { description: 'Unknown, or not yours: the two are not told apart.' },
  },
  problems: ['consent_not_found'],
  async handle(services, { actor, params, receivedAt }) {
    const consent = await withdrawConsent(services, { actor, consentId: params.id });
    return { status: 200, json: renderConsent(consent, receivedAt) };
  },
});

const list = route({
  method: 'get',
  path: '/v1/consents',
  operationId: 'listConsents',
  summary: 'My consents, newest first',
  tag,
  allow: ['person'],
  tenant,
  query: Joi.object<{ limit: number; cursor?: string }>({ limit: pageLimit, cursor }),
  responses: {
    200: {
      description: 'A page of consents, ended ones too.',
      schema: pageSchema(consentView),
      example: { data: [example], nextCursor: null },
    },
  },
  problems: ['cursor_invalid'],
  async handle(services, { actor, query, receivedAt }) {
    const before = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['string'])[0];
    const { limit } = query;
    const found = await listConsents(services, { actor, limit, ...(before === undefined ? {} : { before }) });
    return pageReply(
      found,
      limit,
      ({ _id }) => [_id],
      (consent) => renderConsent(consent, receivedAt),
    );
  },
});

export const consentRoutes: readonly AnyRoute[] = [grant, withdraw, list];
