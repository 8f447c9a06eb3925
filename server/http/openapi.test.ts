import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isRecord, type JsonSchema } from './json-schema.ts';
import { openApi } from './openapi.ts';
import { STATUS_OF } from './problem.ts';
import type { AnyRoute } from './route.ts';
import { routes } from './routes.ts';
import { systemRoutes } from './system-routes.ts';
import { bareServices } from './testing/bare-services.ts';

const services = bareServices();
const table: readonly AnyRoute[] = [...routes, ...systemRoutes(services, { draining: false }, routes)];
const document = openApi(table, {});
const ajv = new Ajv2020({ strict: false, validateFormats: false });

const part = (value: unknown, ...path: readonly string[]): JsonSchema => {
  const found = path.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), value);
  return isRecord(found) ? found : {};
};
const operationOf = ({ path, method }: AnyRoute) => part(document, 'paths', path, method);
const named = (list: unknown, name: string): boolean =>
  Array.isArray(list) && list.some((one) => isRecord(one) && one.name === name);

describe('the description of each operation', () => {
  for (const route of table) {
    const name = `${route.method.toUpperCase()} ${route.path}`;

    it(`${name}: its examples fit its schemas`, () => {
      const operation = operationOf(route);
      const contents = [part(operation, 'requestBody', 'content')];
      for (const status of Object.keys(part(operation, 'responses'))) {
        contents.push(part(operation, 'responses', status, 'content'));
      }
      for (const media of contents.flatMap((content) => Object.values(content))) {
        const { schema, example, examples } = part(media);
        const shown = [example, ...Object.values(part(examples)).map((one) => part(one).value)];
        for (const value of shown.filter((one) => one !== undefined)) {
          const fits = ajv.compile(part(schema));
          assert.ok(fits(value), `${JSON.stringify(value)}: ${ajv.errorsText(fits.errors)}`);
        }
      }
    });

    it(`${name}: every status of its problems is described`, () => {
      const described = Object.keys(part(operationOf(route), 'responses'));
      for (const code of route.problems ?? []) {
        const statuses = statusesOf(code);
        assert.ok(statuses.length > 0, code);
        for (const status of statuses) assert.ok(described.includes(status), `${code} answers ${status}`);
      }
    });
  }
});

describe('the description', () => {
  const responseOf = (path: string, method: string, status: string) =>
    part(document, 'paths', path, method, 'responses', status);

  it('tells a batch from an event, in what is sent and what is answered', () => {
    const post = part(document, 'paths', '/v1/shift-events', 'post');
    const sent = (type: string) => part(post, 'requestBody', 'content', type, 'schema').type;
    assert.equal(sent('application/cloudevents+json'), 'object');
    assert.equal(sent('application/cloudevents-batch+json'), 'array');
    const { oneOf } = part(responseOf('/v1/shift-events', 'post', '200'), 'content', 'application/json', 'schema');
    assert.ok(Array.isArray(oneOf));
    assert.deepEqual(
      oneOf.map((one) => Object.keys(part(one, 'properties'))[0]),
      ['eventId', 'accepted'],
    );
  });

  it('names the headers of versions, pages and limits', () => {
    const put = part(document, 'paths', '/v1/workers/{externalId}', 'put');
    assert.ok(named(put.parameters, 'If-Match') && named(put.parameters, 'If-None-Match'));
    const get = part(document, 'paths', '/v1/workers/{externalId}', 'get');
    assert.ok(named(get.parameters, 'If-None-Match') && !named(get.parameters, 'If-Match'));
    const headers = (path: string) => Object.keys(part(responseOf(path, 'get', '200'), 'headers')).sort();
    assert.deepEqual(headers('/v1/workers/{externalId}'), ['ETag', 'RateLimit', 'RateLimit-Policy', 'Request-Id']);
    assert.deepEqual(headers('/v1/workers'), ['Link', 'RateLimit', 'RateLimit-Policy', 'Request-Id']);
    assert.deepEqual(headers('/livez'), ['Request-Id']);
  });
});

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const SOURCES = ['programs', 'server']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
  )
  .join('\n');

/** With which statuses the sources refuse by this code. */
function statusesOf(code: string): string[] {
  const kinds = [...SOURCES.matchAll(new RegExp(`new Refusal\\(\\s*'(\\w+)',\\s*'${code}'`, 'g'))].map(
    ([, kind]) => kind,
  );
  const statuses = Object.entries(STATUS_OF).filter(([kind]) => kinds.includes(kind));
  return [...new Set(statuses.map(([, status]) => String(status)))];
}
