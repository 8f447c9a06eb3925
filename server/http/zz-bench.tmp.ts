import { createServer } from 'node:http';
import autocannon from 'autocannon';
import Joi from 'joi';
import { pino } from 'pino';
import { createApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { route } from './route.ts';
import { instant } from './validate.ts';
import { bareServices } from './testing/bare-services.ts';
import { openAuthenticator } from './authenticate.ts';
const data = Joi.object({
  workerId: Joi.string(),
  shiftId: Joi.string(),
  orderId: Joi.string().optional(),
  occupationClass: Joi.string(),
  territory: Joi.string(),
  declaredAge: Joi.number().integer().optional(),
});
const body = Joi.object({
  specversion: Joi.string().valid('1.0'),
  id: Joi.string(),
  source: Joi.string(),
  type: Joi.string(),
  time: instant,
  datacontenttype: Joi.string().optional(),
  data,
});
const noop = route({
  method: 'post',
  path: '/v1/shift-events',
  operationId: 'noop',
  summary: '',
  tag: 'x',
  allow: ['platform'],
  scope: 'shift_events:write',
  tenant: 'x',
  body,
  bodyTypes: ['application/cloudevents+json'],
  responses: {},
  handle: async (_s, r) => ({
    status: 200,
    json: { id: r.requestId, outcome: 'covered', premium: { amount: 300, currency: 'CNY' } },
  }),
});
const key = 'psk_test_' + 'a'.repeat(32);
const fake = <T>(doc: T) => ({ findById: () => ({ lean: async () => doc }) });
const fast = process.env.FAST !== 'off';
const services = bareServices({
  config: { fastServer: fast, ratePerMinute: 1e9 },
  clock: systemClock,
  log: pino({ level: 'info' }, pino.destination({ dest: '/dev/null', sync: false, minLength: 4096 })),
});
const auth = openAuthenticator({
  apiKeys: fake({
    _id: 'x',
    keyId: 'key_1',
    owner: 'platform',
    ownerId: 'plt_1',
    hint: '',
    scopes: ['shift_events:write'],
    createdAt: new Date(0),
  }),
  tokens: fake(null),
  platforms: fake({ _id: 'plt_1', sources: ['/x'] }),
} as never);
const ours = createApp(services, [noop], { authenticator: auth });
const raw = createServer((req, res) => {
  const c: Buffer[] = [];
  req.on('data', (d: Buffer) => c.push(d));
  req.on('end', () => {
    const b = JSON.parse(Buffer.concat(c).toString());
    const t = JSON.stringify({ id: b.id, outcome: 'covered', premium: { amount: 300, currency: 'CNY' } });
    res.writeHead(200, ['Content-Type', 'application/json', 'Content-Length', String(t.length)]);
    res.end(t);
  });
});
if (process.env.SERVE) {
  const s = process.env.SERVE === 'raw' ? raw : ours;
  process.on('SIGTERM', () => process.exit());
  s.listen(Number(process.env.P), '127.0.0.1', () => console.log('up'));
} else {
  const payload = JSON.stringify({
    specversion: '1.0',
    id: 'evt-1',
    source: '/x',
    type: 'com.parasol.shift.started.v1',
    time: '2026-03-01T08:00:00+08:00',
    data: { workerId: 'w-1', shiftId: 's-1', occupationClass: 'rider', territory: 'CN', declaredAge: 30 },
  });
  const run = async (port: number) => {
    const r = await autocannon({
      url: `http://127.0.0.1:${port}/v1/shift-events`,
      method: 'POST',
      connections: 64,
      duration: 3,
      body: payload,
      headers: { authorization: 'Bearer ' + key, 'content-type': 'application/cloudevents+json' },
    });
    if (r.non2xx) console.log('non2xx', r.non2xx);
    return r.requests.average;
  };
  for (let i = 0; i < 3; i++) {
    const o = await run(4101),
      w = await run(4102);
    console.log(o, w, (o / w).toFixed(2));
  }
}
