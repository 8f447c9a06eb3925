import assert from 'node:assert/strict';
import express from 'express';
import request from 'supertest';
import { createApp } from '../app.ts';
import { createServerFor } from './fast-server.ts';
import { bareServices, fixedAuthenticator } from './testing/bare-services.ts';
import { PROBE, probeActors, probeRoutes } from './testing/probe-routes.ts';

/** What differs from request to request anyway. */
const CHANGING = /req_[0-9a-z]{26}/g;

const PROBES: readonly (readonly [string, (server: ReturnType<typeof open>) => request.Test])[] = [
  [
    'POST',
    (server) => request(server).post('/v1/things').set('Authorization', `Bearer ${PROBE.platform}`).send({ name: 'x' }),
  ],
  ['GET', (server) => request(server).get('/v1/things/a')],
  ['HEAD', (server) => request(server).head('/v1/things/a')],
  ['OPTIONS', (server) => request(server).options('/v1/things/a')],
  ['a stream', (server) => request(server).get('/v1/things/a.csv')],
  ['a page', (server) => request(server).get('/v1/things?limit=1')],
  ['401', (server) => request(server).post('/v1/things').send({ name: 'x' })],
  ['400', (server) => request(server).post('/v1/things').set('Authorization', `Bearer ${PROBE.platform}`).send({})],
  ['404', (server) => request(server).get('/v1/nothing')],
  ['405', (server) => request(server).delete('/v1/things')],
  ['500', (server) => request(server).get('/v1/bug')],
  ['the docs', (server) => request(server).get('/docs')],
  ['a static file', (server) => request(server).get('/docs/assets/swagger-ui.css')],
  [
    'an unchanged static file',
    (server) =>
      request(server).get('/docs/assets/swagger-ui.css').set('If-Modified-Since', 'Fri, 01 Jan 2100 00:00:00 GMT'),
  ],
];

function open(fastServer: boolean) {
  return createApp(bareServices({ config: { fastServer } }), probeRoutes, {
    authenticator: fixedAuthenticator(probeActors),
  });
}

describe('createServerFor', () => {
  for (const [name, send] of PROBES) {
    it(`answers ${name} the same, fast or plain`, async () => {
      const [plain, fast] = await Promise.all([send(open(false)), send(open(true))]);
      assert.equal(fast.status, plain.status);
      assert.deepEqual(withoutIds(fast), withoutIds(plain));
    });
  }

  it('leaves what Express adds to requests and responses in place', async () => {
    const answers = await Promise.all(
      [false, true].map(async (fast) => {
        const app = express();
        app.get('/x', (req, res) => {
          res
            .cookie('a', 'b')
            .json({ ip: req.ip, host: req.hostname, q: req.query.q, fresh: req.fresh, same: req.res === res });
        });
        const { headers, text } = await request(createServerFor(app, fast)).get('/x?q=1');
        return { text, cookie: headers['set-cookie'] };
      }),
    );
    assert.deepEqual(answers[1], answers[0]);
  });
});

function withoutIds({ headers, text }: request.Response): { headers: unknown; text: string } {
  const kept = { ...headers, date: '' };
  return {
    headers: JSON.parse(JSON.stringify(kept).replaceAll(CHANGING, 'req')),
    text: (text ?? '').replaceAll(CHANGING, 'req'),
  };
}
