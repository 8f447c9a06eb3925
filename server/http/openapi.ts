import type Joi from 'joi';
import type { ActorKind } from '../actor.ts';
import { SCOPES } from '../actor.ts';
import type { Config } from '../config.ts';
import { isRecord, jsonSchemaOf } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { commonProblems, PROBLEM, PROBLEM_REF, PROBLEM_RESPONSES } from './openapi-problems.ts';
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
    ...(route.body === undefined ? {} : { requestBody: bodyOf(route, route.body) }),
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
  if (route.problems?.includes('version_moved')) {
    parameters.push(
      headerOf('If-Match', 'The ETag of the version that the change is meant for; 412 when it is no longer that one.'),
      headerOf('If-None-Match', '`*`: only if nothing is stored yet; 412 otherwise.'),
    );
  }
  if (route.responses[304] !== undefined) {
    parameters.push(headerOf('If-None-Match', 'The ETag that you have; 304 when it is still that one.'));
  }
  return parameters;
}

function headerOf(name: string, description: string): JsonSchema {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
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

function bodyOf({ bodyTypes = ['application/json'], bodyDocs = {} }: AnyRoute, whole: Joi.Schema): JsonSchema {
  const media = (type: string): JsonSchema => {
    const { schema = whole, example } = bodyDocs[type] ?? {};
    return { schema: jsonSchemaOf(schema, 'input'), ...(example === undefined ? {} : { example }) };
  };
  return { required: true, content: Object.fromEntries(bodyTypes.map((type) => [type, media(type)])) };
}

function responsesOf(route: AnyRoute): JsonSchema {
  const responses: JsonSchema = {};
  for (const [status, doc] of Object.entries(route.responses)) {
    responses[status] = responseOf(route, Number(status), doc);
  }
  for (const status of commonProblems(route)) responses[status] ??= { $ref: `#/components/responses/Problem${status}` };
  return responses;
}

function responseOf(route: AnyRoute, status: number, doc: ResponseDoc): JsonSchema {
  const schema = doc.schema === undefined ? {} : jsonSchemaOf(doc.schema, 'output');
  const headers = headersOf(route, status, schema);
  if (status === 204 || status === 304) return { description: doc.description, headers };
  if (status >= 400) {
    return { description: doc.description, headers, content: { 'application/problem+json': { schema: PROBLEM_REF } } };
  }
  const named: Readonly<Record<string, unknown>> = doc.examples ?? {};
  const examples = Object.entries(named).map(([name, value]): [string, unknown] => [name, { value }]);
  const media = {
    schema,
    ...(doc.example === undefined ? {} : { example: doc.example }),
    ...(examples.length === 0 ? {} : { examples: Object.fromEntries(examples) }),
  };
  return { description: doc.description, headers, content: { [doc.contentType ?? 'application/json']: media } };
}

function headersOf(route: AnyRoute, status: number, schema: JsonSchema): JsonSchema {
  const header = (description: string) => ({ description, schema: { type: 'string' } });
  const hasVersion = route.responses[304] !== undefined || route.problems?.includes('version_moved') === true;
  const isPage = isRecord(schema.properties) && route.query !== undefined && 'nextCursor' in schema.properties;
  return {
    'Request-Id': header('Tell us this id.'),
    ...(route.ratePerMinute === 'unlimited'
      ? {}
      : {
          RateLimit: header('`r`: requests left; `t`: seconds until all are there again.'),
          'RateLimit-Policy': header('`q`: requests in a window of `w` seconds.'),
        }),
    ...(hasVersion && status < 400 ? { ETag: header('Names the version.') } : {}),
    ...(isPage ? { Link: header('`rel="next"`: the next page, when there is one.') } : {}),
    ...(route.idempotency === 'required' && status < 300
      ? { 'Idempotency-Replayed': header('`true` when the answer was stored before.') }
      : {}),
  };
}
