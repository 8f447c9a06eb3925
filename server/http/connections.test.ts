import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import Joi from 'joi';
import { closeApp, createApp } from '../app.ts';
import { route } from './route.ts';
import { bareServices, fixedAuthenticator } from './testing/bare-services.ts';
import { PROBE, probeActors, probeRoutes } from './testing/probe-routes.ts';

async function listen(server: Server): Promise<Socket> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return connect(address.port, '127.0.0.1');
}

/** Everything that came, once `wanted` is in it. */
async function read(socket: Socket, wanted: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (wanted.test(text)) break;
  }
  return text;
}

const head = (token: string, ...more: string[]) =>
  [
    `POST /v1/things HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    ...more,
    '',
    '',
  ].join('\r\n');

describe('connections', () => {
  let server: Server;
  beforeEach(() => {
    server = createApp(bareServices(), probeRoutes, { authenticator: fixedAuthenticator(probeActors) });
  });
  afterEach(() => closeApp(server, 0));

  it('says 401 before a byte of the body was sent (G25)', async () => {
    const socket = await listen(server);
    socket.write(head('psk_test_wrong', 'Content-Length: 1000000', 'Expect: 100-continue'));
    const answer = await read(socket, /\r\n\r\n/);
    assert.match(answer, /^HTTP\/1\.1 401 /);
    socket.destroy();
  });

  it('asks for the body once the caller is known', async () => {
    const socket = await listen(server);
    socket.write(head(PROBE.platform, 'Content-Length: 12', 'Expect: 100-continue'));
    assert.match(await read(socket, /\r\n\r\n/), /^HTTP\/1\.1 100 Continue/);
    socket.write('{"name":"x"}');
    assert.match(await read(socket, /plt_1/), /^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it('refuses a body that is announced as too large without reading it, and closes', async () => {
    const socket = await listen(server);
    socket.write(head(PROBE.platform, 'Content-Length: 2097153'));
    const answer = await read(socket, /body_too_large/);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /\r\nConnection: close\r\n/);
    socket.destroy();
  });

  it('stops reading a body of unknown length at the limit', async () => {
    const socket = await listen(server);
    socket.on('error', () => undefined);
    socket.write(head(PROBE.platform, 'Transfer-Encoding: chunked'));
    const chunk = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 3; i++) socket.write(`100000\r\n${chunk}\r\n`);
    assert.match(await read(socket, /body_too_large/), /^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('finishes what is in flight when it closes, and keeps no connection', async () => {
    const gate = withResolvers();
    const entered = withResolvers();
    const slow = route({
      method: 'get',
      path: '/v1/slow',
      operationId: 'getSlow',
      summary: 'Waits',
      tag: 'Probe',
      tenant: 'Test.',
      allow: ['public'],
      query: Joi.object({}),
      responses: {},
      handle: async () => {
        entered.resolve();
        await gate.promise;
        return { status: 200, json: { done: true } };
      },
    });
    const app = createApp(bareServices(), [slow]);
    const socket = await listen(app);
    socket.write('GET /v1/slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await entered.promise;
    const closing = closeApp(app);
    gate.resolve();
    const answer = await read(socket, /done/);
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.match(answer, /\r\nConnection: close\r\n/);
    await closing;
    assert.equal(app.listening, false);
  });

  it('gives up a body that does not come within the time for a request', async function () {
    this.timeout(10_000);
    assert.ok(server.headersTimeout < server.requestTimeout, 'else Node takes one for the other');
    Object.assign(server, { headersTimeout: 50, requestTimeout: 100 });
    const socket = await listen(server);
    socket.write(`${head(PROBE.platform, 'Content-Length: 12')}{`);
    // Node looks at its connections every so often: soon, not after its default of half a minute.
    assert.match(await read(socket, /\r\n\r\n/), /^HTTP\/1\.1 408 /);
    socket.destroy();
  });

  it('cuts off what is still there after the grace', async () => {
    const app = createApp(bareServices(), probeRoutes);
    const connected = once(app, 'connection');
    const socket = await listen(app);
    socket.write('POST /v1/things HTTP/1.1\r\n');
    const ended = once(socket, 'close');
    socket.on('error', () => undefined);
    socket.resume();
    await connected;
    await closeApp(app, 10);
    await ended;
  });
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
