import { stopTestServer } from './test-server.ts';

/** Mocha calls it once after the last test, also when tests failed. */
export async function mochaGlobalTeardown(): Promise<void> {
  await stopTestServer();
}
