import Joi from 'joi';
import { route, type AnyRoute } from '../http/route.ts';
import { whoAmI } from './who-am-i.ts';

const text = Joi.string();
const orNull = Joi.string().allow(null);

const meView = Joi.alternatives(
  Joi.object({
    kind: Joi.string().valid('platform'),
    platformId: text,
    name: orNull,
    mode: Joi.string().valid('test', 'live').allow(null),
    sources: Joi.array().items(text).description('CloudEvents `source` values that are yours.'),
    policies: Joi.number().integer().description('How many policies you have or had.'),
    keyId: text,
    scopes: Joi.array().items(text),
  }),
  Joi.object({
    kind: Joi.string().valid('worker'),
    workerId: text,
    platformId: text.description('The platform that made the token.'),
    externalId: orNull,
    tokenId: text,
    expiresAt: orNull,
  }),
  Joi.object({
    kind: Joi.string().valid('person'),
    personId: text,
    workers: Joi.array()
      .items(Joi.object({ workerId: text, platformId: text, externalId: text }))
      .description('The workers that are proved to be this person.'),
    tokenId: text,
    expiresAt: orNull,
  }),
  Joi.object({ kind: Joi.string().valid('operator'), operatorId: text, scopes: Joi.array().items(text) }),
);

const me = route({
  method: 'get',
  path: '/v1/me',
  operationId: 'getMe',
  summary: 'Whose key or token this is',
  description: 'A first call to try credentials with: says who you are to us and what you may do.',
  tag: 'Me',
  allow: ['platform', 'worker', 'person', 'operator'],
  tenant: 'Answers about the bearer only.',
  responses: {
    200: {
      description: 'Who you are; `kind` tells which form.',
      schema: meView,
      example: {
        kind: 'platform',
        platformId: 'plt_example',
        name: 'Example Rides',
        mode: 'test',
        sources: ['https://rides.example/shifts'],
        policies: 1,
        keyId: 'key_01kb2xw4ze7f9gq5d3r8s6h0nt',
        scopes: ['shift_events:write', 'covers:read'],
      },
    },
  },
  async handle(services, { actor }) {
    return { status: 200, json: await whoAmI(services, actor) };
  },
});

export const platformRoutes: readonly AnyRoute[] = [me];
