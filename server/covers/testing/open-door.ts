import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import supertest from 'supertest';
import { createApp } from '../../app.ts';
import type { AnyRoute } from '../../http/route.ts';
import { createKey } from '../../platforms/create-key.ts';
import { OPERATOR, type World } from '../../platforms/testing/open-world.ts';

export interface Answer {
  readonly body: unknown;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The routes as they are served, with a key of `plt_a` and one of `plt_b`. */
export async function openDoor({ services }: World, routes: readonly AnyRoute[]) {
  const server: Server = createApp(services, routes);
  const keys = await Promise.all(
    (['plt_a', 'plt_b'] as const).map((platformId) =>
      createKey(services, { actor: OPERATOR, owner: { kind: 'platform', platformId } }),
    ),
  );
  const [a = '', b = ''] = keys.map(({ secret }) => secret);
  /** Asserts the status, and that a 200 in JSON is what the route documents. An empty key sends none. */
  const get = async (path: string, status = 200, key: string = a): Promise<Answer> => {
    const request = supertest(server).get(path);
    const answer = await (key === '' ? request : request.set('Authorization', `Bearer ${key}`)).buffer(true);
    const body: unknown = answer.body;
    const headers: Record<string, unknown> = { ...answer.headers };
    assert.equal(answer.status, status, `${path}: ${answer.text}`);
    if (status === 200 && String(headers['content-type']).startsWith('application/json')) {
      assertDocumented(routes, path, body);
    }
    return { body, text: answer.text, headers };
  };
  return { get, keys: { a, b, none: '' } };
}

function assertDocumented(routes: readonly AnyRoute[], path: string, body: unknown): void {
  const plain = path.split('?')[0] ?? '';
  const found = routes.filter(
    ({ method, path: route }) => method === 'get' && new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`).test(plain),
  );
  const schema = found[0]?.responses[200]?.schema;
  assert.ok(found.length === 1 && schema, `${plain} is one documented route`);
  const { error } = schema.prefs({ presence: 'required', convert: false }).validate(body);
  assert.equal(error, undefined, error?.message);
}

/** What stands in an answer under a path like `data.0.state`. */
export function at(body: unknown, path: string): unknown {
  let value = body;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}

/** Several places at once. */
export const pick = (body: unknown, ...paths: readonly string[]): unknown[] => paths.map((path) => at(body, path));

/** The items of a list in an answer. */
export function items(body: unknown, path: string): readonly unknown[] {
  const list: unknown = at(body, path);
  assert.ok(Array.isArray(list), `${path} is a list`);
  return list;
}

/** The cursor of the next page; undefined on the last. */
export function cursorOf(body: unknown): string | undefined {
  const cursor = at(body, 'nextCursor');
  return typeof cursor === 'string' ? cursor : undefined;
}
