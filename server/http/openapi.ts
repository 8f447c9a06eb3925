import type Joi from 'joi';
import type { ActorKind } from '../actor.ts';
import { SCOPES } from '../actor.ts';
import type { Config } from '../config.ts';
import { isRecord, jsonSchemaOf } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { PROBLEM_CODES } from './problem-codes.ts';
import type { AnyRoute, ResponseDoc } from './route.ts';

const INTRODUCTION = `Cover by the shift for gig workers: send shift events, get a verdict back, ask who was covered when and why.

- **Credentials:** \`Authorization: Bearer\` with an API key (\`psk_...\`), a worker's token (\`wkt_...\`) or a person's token (\`pst_...\`).
- **Times** are ISO-8601 with an offset; **money** is whole minor units with its currency.
- **Errors** are \`application/problem+json\` with a stable \`code\`: [all codes](/docs/problems).
- **Repeating** is safe: shift events carry their own key, other POSTs take \`Idempotency-Key\`.
- **Lists** answer \`{ data, nextCursor }\` and a \`Link\` header; send \`cursor\` back for the next page.
- **Limits** are told by \`RateLimit\` and \`RateLimit-Policy\`; on 429 and 503 wait for \`Retry-After\` seconds.`;

const SECURITY: Readonly<Record<Exclude<ActorKind, 'public'>, string>> = {
  platform: 'platformKey',
  operator: 'operatorKey',
  worker: 'workerToken',
  person: 'personToken',
};

const SECURITY_SCHEMES = {
  platformKey: {
    type: 'http',
    scheme: 'bearer',
    description: `A platform's API key, \`psk_test_...\` or \`psk_live_...\`. Scopes: ${SCOPES.join(', ')}.`,
  },
  operatorKey: { type: 'http', scheme: 'bearer', description: "An operator's API key, `psk_...`." },
  workerToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token that a platform made for its worker, `wkt_...`: reads, grants nothing.',
  },
  personToken: { type: 'http', scheme: 'bearer', description: 'A token that the person controls, `pst_...`.' },
} as const;

/** OpenAPI 3.1 of a table of routes, from the very schemas that validate. */
export function openApi(table: readonly AnyRoute[], config: Pick<Config, 'publicUrl'>): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of table) {
    const operations = (paths[route.path] ??= {});
    operations[route.method] = operationOf(route);
  }
  const tags = [...new Set(table.map((route) => route.tag))].map((name) => ({ name }));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parasol',
      version: '1',
      description: INTRODUCTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: config.publicUrl ?? '/' }],
    tags,
    paths,
    components: { securitySchemes: SECURITY_SCHEMES, schemas: { Problem: PROBLEM }, responses: PROBLEM_RESPONSES },
  };
}

function operationOf(route: AnyRoute): JsonSchema {
  const scope = route.scope === undefined ? '' : `\n\nScope: \`${route.scope}\`.`;
  const problems = route.problems?.length ? `\n\nProblems: ${route.problems.map(linkTo).join(', ')}.` : '';
  const about = `${route.description ?? ''}\n\n*Whose data:* ${route.tenant}${scope}${problems}`.trim();
  return {
    operationId: route.operationId,
    summary: route.summary,
    description: about,
    tags: [route.tag],
    security: securityOf(route),
    parameters: parametersOf(route),
    ...(route.body === undefined ? {} : { requestBody: bodyOf(route.body, route.bodyTypes ?? ['application/json']) }),
    responses: responsesOf(route),
  };
}

function linkTo(code: string): string {
  return `[\`${code}\`](/docs/problems#${code})`;
}

function securityOf(route: AnyRoute): JsonSchema[] {
  return route.allow.map((kind) => (kind === 'public' ? {} : { [SECURITY[kind]]: [] }));
}

function parametersOf(route: AnyRoute): JsonSchema[] {
  const parameters = [...parametersIn('path', route.params), ...parametersIn('query', route.query)];
  if (route.idempotency === 'required') {
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: true,
      description: 'Made up by you; the same key with the same request is answered the same, and done once.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    });
  }
  return parameters;
}

function parametersIn(place: 'path' | 'query', schema: Joi.ObjectSchema | undefined): JsonSchema[] {
  if (schema === undefined) return [];
  const { properties, required } = jsonSchemaOf(schema, 'input');
  const names: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(isRecord(properties) ? properties : {}).map(([name, property]) => {
    const { description, ...rest } = isRecord(property) ? property : {};
    return {
      name,
      in: place,
      required: place === 'path' || names.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function bodyOf(schema: Joi.Schema, types: readonly string[]): JsonSchema {
  const media = { schema: jsonSchemaOf(schema, 'input') };
  return { required: true, content: Object.fromEntries(types.map((type) => [type, media])) };
}

function responsesOf(route: AnyRoute): JsonSchema {
  const responses: JsonSchema = {};
  for (const [status, doc] of Object.entries(route.responses)) responses[status] = responseOf(Number(status), doc);
  for (const status of commonProblems(route)) responses[status] ??= { $ref: `#/components/responses/Problem${status}` };
  return responses;
}

function responseOf(status: number, doc: ResponseDoc): JsonSchema {
  const headers = { 'Request-Id': { description: 'Tell us this id.', schema: { type: 'string' } } };
  if (status === 204 || status === 304) return { description: doc.description, headers };
  if (status >= 400) {
    return { description: doc.description, headers, content: { 'application/problem+json': { schema: PROBLEM_REF } } };
  }
  const media = {
    schema: doc.schema === undefined ? {} : jsonSchemaOf(doc.schema, 'output'),
    ...(doc.example === undefined ? {} : { example: doc.example }),
  };
  return { description: doc.description, headers, content: { [doc.contentType ?? 'application/json']: media } };
}

/** The problems that the server itself answers with, before or around a handler. */
function commonProblems(route: AnyRoute): string[] {
  const statuses: string[] = [];
  if (route.params ?? route.query ?? route.body) statuses.push('400');
  if (route.allow.some((kind) => kind !== 'public')) statuses.push('401', '403');
  if (route.params !== undefined && route.method !== 'put') statuses.push('404');
  if (route.idempotency === 'required') statuses.push('409', '422');
  if (route.body !== undefined) statuses.push('413', '415');
  if (route.ratePerMinute !== 'unlimited') statuses.push('429');
  return [...statuses, '500', '503'];
}

const PROBLEM_REF = { $ref: '#/components/schemas/Problem' } as const;

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457.',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance'],
  properties: {
    type: { type: 'string', description: 'Where the code is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'A sentence for people.' },
    code: { type: 'string', description: `Stable. One of: ${Object.keys(PROBLEM_CODES).join(', ')}.` },
    instance: { type: 'string', description: 'The id of the request.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'message'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the body, or `/name` of a parameter.' },
          code: { type: 'string' },
          message: { type: 'string' },
        },
      },
    },
  },
} as const;

const PROBLEM_TITLES = {
  400: 'Malformed, or outside a documented bound',
  401: 'Credentials are missing, wrong, revoked or expired',
  403: 'The credentials are not for this',
  404: 'Not there, or not yours: both answer alike',
  409: 'Clashes with what is stored or running',
  413: 'Larger than 2 MiB after decompression',
  415: 'Another Content-Type or Content-Encoding is needed',
  422: 'Well formed, but cannot be done as asked',
  429: 'Too many requests: wait for Retry-After',
  500: 'Something went wrong on our side',
  503: 'Try again after Retry-After: resending is safe',
} as const;

const PROBLEM_RESPONSES = Object.fromEntries(
  Object.entries(PROBLEM_TITLES).map(([status, description]) => [
    `Problem${status}`,
    { description, content: { 'application/problem+json': { schema: PROBLEM_REF } } },
  ]),
);
