import type { Server } from 'node:http';
import { pino } from 'pino';
import request from 'supertest';
import type { ActorOf, Scope } from '../../actor.ts';
import { SCOPES } from '../../actor.ts';
import { createApp } from '../../app.ts';
import { MovableClock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import { readConfig } from '../../config.ts';
import type { Database } from '../../database/connect.ts';
import { useTestDatabase } from '../../database/testing/test-database.ts';
import { openServices } from '../../open-services.ts';
import type { OpenServices } from '../../open-services.ts';
import { createKey } from '../../platforms/create-key.ts';
import { createPlatform } from '../../platforms/create-platform.ts';
import type { AnyRoute } from '../route.ts';
import { routes as allRoutes } from '../routes.ts';

export const TEST_NOW = Date.UTC(2026, 2, 1, 8);
export const TEST_OPERATOR: ActorOf<'operator'> = { kind: 'operator', operatorId: 'opr_test', scopes: new Set(SCOPES) };

export interface TestApiOptions {
  readonly config?: Partial<Config>;
  readonly routes?: readonly AnyRoute[];
  readonly now?: number;
}

/** The whole API on a database of a test. */
export interface TestApi {
  readonly services: OpenServices;
  readonly clock: MovableClock;
  readonly server: Server;
  /** A request by method, path and token; `.send(body)` follows. */
  call(method: 'get' | 'post' | 'put' | 'delete', path: string, token?: string): request.Test;
  /** A platform with the source `//<id>` and a key with all its scopes, or those named. */
  addPlatform(
    platformId: string,
    scopes?: readonly Scope[],
  ): Promise<{ platformId: string; source: string; token: string }>;
  /** A key of an operator. */
  addOperatorKey(operatorId: string, scopes?: readonly Scope[]): Promise<string>;
  close(): Promise<void>;
}

/** Opens services with a clock that stands, on a migrated database, and the app over them; nothing listens yet. */
export async function startTestApi(database: Database, options: TestApiOptions = {}): Promise<TestApi> {
  const clock = new MovableClock(options.now ?? TEST_NOW);
  const key = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
  const standard = readConfig({
    NODE_ENV: 'test',
    PARASOL_PORT: '0',
    PARASOL_ENCRYPTION_KEY: key(1),
    PARASOL_HMAC_KEY: key(2),
  });
  const config: Config = { ...standard, ...options.config };
  const services = await openServices({ config, database, clock, log: pino({ level: 'silent' }) });
  const server = createApp(services, options.routes ?? allRoutes);
  return {
    services,
    clock,
    server,
    call(method, path, token) {
      const test = request(server)[method](path);
      return token === undefined ? test : test.set('Authorization', `Bearer ${token}`);
    },
    async addPlatform(platformId, scopes) {
      const source = `//${platformId}`;
      await createPlatform(services, {
        actor: TEST_OPERATOR,
        platformId,
        name: platformId,
        sources: [source],
        mode: 'test',
      });
      const { secret } = await createKey(services, {
        actor: TEST_OPERATOR,
        owner: { kind: 'platform', platformId },
        ...(scopes === undefined ? {} : { scopes }),
      });
      return { platformId, source, token: secret };
    },
    async addOperatorKey(operatorId, scopes) {
      const { secret } = await createKey(services, {
        actor: TEST_OPERATOR,
        owner: { kind: 'operator', operatorId, mode: 'test' },
        ...(scopes === undefined ? {} : { scopes }),
      });
      return secret;
    },
    close: () => services.close(),
  };
}

/** Gives the `describe` that calls it an API on a database of its own. What it returns is for hooks and tests only. */
export function useTestApi(options: TestApiOptions = {}): { readonly api: TestApi } {
  let api: TestApi | undefined;
  // Hooks run in the order they are named: the API closes before its database does.
  after('close the API', async () => {
    await api?.close();
    api = undefined;
  });
  const database = useTestDatabase();
  before('start the API', async () => {
    api = await startTestApi(database, options);
  });
  return {
    get api() {
      if (api === undefined) throw new Error('useTestApi(): the API exists inside hooks and tests only.');
      return api;
    },
  };
}
