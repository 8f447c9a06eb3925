import assert from 'node:assert/strict';
import { createApp } from '../app.ts';
import { openApi } from './openapi.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { AnyRoute } from './route.ts';
import { routes } from './routes.ts';
import { systemRoutes } from './system-routes.ts';
import { bareServices } from './testing/bare-services.ts';

const services = bareServices();
const table: readonly AnyRoute[] = [...routes, ...systemRoutes(services, { draining: false }, routes)];

describe('the table of routes', () => {
  it('can be served', () => {
    createApp(services, routes);
  });

  it('has each operation id and each path and method once', () => {
    const ids = table.map((route) => route.operationId);
    const doors = table.map((route) => `${route.method} ${route.path.replaceAll(/\{\w+\}/g, '{}')}`);
    assert.deepEqual(ids, [...new Set(ids)]);
    assert.deepEqual(doors, [...new Set(doors)]);
  });

  for (const route of table) {
    describe(`${route.method.toUpperCase()} ${route.path}`, () => {
      it('names its operation, its words and whose data it shows', () => {
        assert.match(route.operationId, /^[a-z][A-Za-z]+$/);
        assert.ok(route.summary.length >= 5 && !route.summary.endsWith('.'), 'a summary without a full stop');
        assert.ok(route.tag.length > 0);
        assert.ok(route.tenant.length >= 20 && route.tenant.endsWith('.'), 'a sentence about tenants');
      });

      it('says who may call it, and with which scope', () => {
        assert.ok(route.allow.length > 0);
        assert.equal(new Set(route.allow).size, route.allow.length);
        const byKey = route.allow.some((kind) => kind === 'platform' || kind === 'operator');
        const scopeless = ['/v1/me', '/v1/products'];
        if (byKey && !route.allow.includes('public') && !scopeless.includes(route.path)) {
          assert.ok(route.scope !== undefined, 'keys need a scope here');
        }
      });

      it('has a schema for what it is sent', () => {
        const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        const described =
          route.params === undefined ? [] : Object.keys(propertiesOf(jsonSchemaOf(route.params, 'input')));
        assert.deepEqual(described.sort(), inPath.sort());
        if (route.method === 'put') assert.ok(route.body !== undefined);
        if (route.method === 'get' || route.method === 'delete') assert.equal(route.body, undefined);
      });

      it('is safe to repeat', () => {
        if (route.method === 'post') assert.ok(route.idempotency !== undefined, 'POST says how it is repeated');
      });

      it('documents its answers', () => {
        const statuses = Object.keys(route.responses).map(Number);
        assert.ok(statuses.some((status) => status >= 200 && status < 300));
        for (const [status, { description, schema, contentType }] of Object.entries(route.responses)) {
          assert.ok(description.length > 0);
          const isJson = (contentType ?? 'application/json') === 'application/json';
          const needsSchema = isJson && Number(status) < 300 && status !== '204' && route.path !== '/openapi.json';
          if (needsSchema) assert.ok(schema !== undefined, `${status} has no schema`);
        }
      });
    });
  }
});

describe('openApi', () => {
  const document = openApi(table, {});

  it('has every operation of the table, with problems for what goes wrong', () => {
    const text = JSON.stringify(document.paths);
    assert.equal(text.match(/"operationId":/g)?.length, table.length);
    assert.equal(text.match(/#\/components\/responses\/Problem500/g)?.length, table.length);
  });

  it('demands in schemas what the validators demand', () => {
    const text = JSON.stringify(document);
    assert.doesNotMatch(text, /"presence"|undefined/);
    const put = table.find((route) => route.method === 'put');
    if (put?.body !== undefined) assert.equal(jsonSchemaOf(put.body, 'input').type, 'object');
  });

  it('refers only to what it holds, and to no other site', () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/responses\/(\w+)"/g)) {
      assert.ok(text.includes(`"${name}":{"description"`), name);
    }
    assert.doesNotMatch(text, /https?:\/\/(?!\w+\.example)/);
  });
});

function propertiesOf(schema: Record<string, unknown>): object {
  return typeof schema.properties === 'object' && schema.properties !== null ? schema.properties : {};
}
