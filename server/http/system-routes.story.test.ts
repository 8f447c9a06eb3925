import assert from 'node:assert/strict';
import { closeApp } from '../app.ts';
import { useTestApi } from './testing/test-api.ts';

describe('probes, metrics and docs', () => {
  const test = useTestApi();

  it('is alive, and ready once the database answers', async () => {
    assert.equal((await test.api.call('get', '/livez')).text, '{"status":"ok"}');
    assert.equal((await test.api.call('get', '/readyz')).text, '{"status":"ready"}');
  });

  it('shows metrics to operators only, with requests by operation and status', async () => {
    const { token } = await test.api.addPlatform('plt_metrics');
    assert.equal((await test.api.call('get', '/metrics')).status, 401);
    assert.equal((await test.api.call('get', '/metrics', token)).status, 403);
    const blind = await test.api.addOperatorKey('opr_blind', ['workers:read']);
    assert.equal((await test.api.call('get', '/metrics', blind)).status, 403);
    const { status, text } = await test.api.call('get', '/metrics', await test.api.addOperatorKey('opr_1'));
    assert.equal(status, 200);
    assert.match(text, /parasol_http_requests_total\{operation="getMetrics",status="401"\} 1/);
  });

  it('serves a page to try the API, and all that it asks for, from here', async () => {
    const page = await test.api.call('get', '/docs');
    assert.equal(page.status, 200);
    const asked = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    assert.ok(asked.length >= 3);
    for (const path of [...asked, '/openapi.json']) {
      assert.match(path, /^\//);
      assert.equal((await test.api.call('get', path)).status, 200, path);
    }
    assert.match(page.headers['content-security-policy'] ?? '', /script-src 'self';/);
  });

  it('is limited by address for guesses at keys', async () => {
    const limited = test.api.services.config.publicRatePerMinute;
    const guess = (i: number) => test.api.call('get', '/v1/me', `psk_test_${String(i).padStart(32, '0')}`);
    for (let i = 0; i < limited; i++) assert.equal((await guess(i)).status, 401);
    assert.equal((await guess(limited)).status, 429);
    const { token } = await test.api.addPlatform('plt_good');
    assert.equal((await test.api.call('get', '/v1/me', token)).status, 429, 'a key not seen before waits too');
    test.api.clock.advance(1_000);
    assert.equal((await test.api.call('get', '/v1/me', token)).status, 200);
  });

  it('is not ready any more once it closes', async () => {
    await closeApp(test.api.server);
    const { status, text } = await test.api.call('get', '/readyz');
    assert.equal(status, 503);
    assert.match(text, /shutting_down/);
    assert.equal((await test.api.call('get', '/livez')).status, 200);
  });
});
