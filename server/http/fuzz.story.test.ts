import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ActorKind } from '../actor.ts';
import { mintToken } from '../people/tokens.ts';
import { isRecord, jsonSchemaOf } from './json-schema.ts';
import type { AnyRoute } from './route.ts';
import { routes } from './routes.ts';
import { arbitraryOf, nastyText } from './testing/arbitrary-of-schema.ts';
import { TEST_NOW, useTestApi } from './testing/test-api.ts';

const RUNS = 40;

describe('nonsense sent to every route', () => {
  const test = useTestApi({ config: { publicRatePerMinute: 1e6 }, routes: routes.map(unlimited) });
  const tokens = new Map<ActorKind, string>();

  before(async () => {
    const { api } = test;
    const { token, platformId } = await api.addPlatform('plt_fuzz');
    tokens.set('platform', token);
    tokens.set('operator', await api.addOperatorKey('opr_fuzz'));
    const common = { now: TEST_NOW, ttlSeconds: 3_600 };
    const worker = await mintToken(api.services, { kind: 'worker', subjectId: 'wrk_fuzz', platformId, ...common });
    const person = await mintToken(api.services, { kind: 'person', subjectId: 'per_fuzz', ...common });
    tokens.set('worker', worker.token);
    tokens.set('person', person.token);
  });

  for (const route of routes) {
    it(`${route.method} ${route.path} answers with a problem, never with a bug`, async function () {
      this.timeout(60_000);
      const requests = fc.record({
        kind: fc.constantFrom(...route.allow),
        params: record(route.params),
        query: record(route.query),
        body: route.body === undefined ? fc.constant(undefined) : arbitraryOf(jsonSchemaOf(route.body, 'input')),
        type: fc.constantFrom(...(route.bodyTypes ?? ['application/json'])),
        key: fc.oneof(
          fc.uuid(),
          nastyText.map((text) => encodeURIComponent(text.toWellFormed())),
        ),
      });
      await fc.assert(
        fc.asyncProperty(requests, async ({ kind, params, query, body, type, key }) => {
          const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => encode(params[name]) || '-');
          const search = Object.entries(query).map(([name, value]) => `${name}=${encode(value)}`);
          const call = test.api.call(route.method, `${path}?${search.join('&')}`, tokens.get(kind));
          call.set('Idempotency-Key', key).buffer();
          const { status, headers, text } = await (body === undefined
            ? call
            : call.set('Content-Type', type).send(JSON.stringify(body)));
          assert.ok(status < 500, `${status}: ${text}`);
          if (status >= 400) assert.match(headers['content-type'] ?? '', /^application\/problem\+json/);
        }),
        { numRuns: RUNS },
      );
    });
  }
});

function unlimited(route: AnyRoute): AnyRoute {
  return { ...route, ratePerMinute: 'unlimited' };
}

function record(schema: AnyRoute['params']): fc.Arbitrary<Record<string, unknown>> {
  if (schema === undefined) return fc.constant({});
  const { properties } = jsonSchemaOf(schema, 'input');
  const names = Object.entries(isRecord(properties) ? properties : {});
  return fc.record(Object.fromEntries(names.map(([name, property]) => [name, arbitraryOf(property)])), {
    requiredKeys: [],
  });
}

function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return encodeURIComponent(text.toWellFormed());
}
