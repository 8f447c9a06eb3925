import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { Logger } from 'pino';
import { createApp } from '../../app.ts';
import { systemClock } from '../../clock.ts';
import { shiftEventRoutes } from '../../shifts/shift-event-routes.ts';
import type { IntakeResult, ShiftIntake } from '../../shifts/shift-intake.ts';
import { hashToken } from '../../people/hash-token.ts';
import { bareServices } from './bare-services.ts';

const TOKEN = `psk_test_${'0'.repeat(32)}`;
const SOURCE = '//bench.example/shifts';

export interface MiddlewareBench {
  /** Our whole middleware (authentication, limits, parsing, validation, log, metrics) around an intake that stores nothing. */
  readonly ours: Server;
  /** `node:http` alone: reads the body, parses it, answers as many bytes. */
  readonly raw: Server;
  /** What to send to both, to `/v1/shift-events` by POST. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Two servers to compare, not listening yet. `log` is where our lines go; give it the one that the API uses. */
export function middlewareOnly(log: Logger): MiddlewareBench {
  const services = bareServices({ clock: systemClock, log, config: { ratePerMinute: 1e9 }, intake: instantIntake });
  const hash = hashToken(TOKEN);
  const ours = createApp(services, shiftEventRoutes, {
    // The hash is part of the cost; only the look into the database, which is made once in 5 s, is left out.
    authenticator: {
      authenticate(authorization = '') {
        if (hashToken(authorization.slice('Bearer '.length)) !== hash) throw new Error('The bench sends one key.');
        return {
          kind: 'platform',
          platformId: 'plt_bench',
          keyId: 'key_bench',
          scopes: new Set(['shift_events:write']),
          sources: [SOURCE],
        };
      },
    },
  });
  const now = new Date(systemClock.now()).toISOString();
  return {
    ours,
    raw: rawServer(),
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({
      specversion: '1.0',
      id: 'evt-1',
      source: SOURCE,
      type: 'com.parasol.shift.started.v1',
      time: now,
      data: { workerId: 'w-1', shiftId: 's-1', occupationClass: 'rider', territory: 'CN', declaredAge: 30 },
    }),
  };
}

const RESULT = {
  status: 'accepted',
  eventId: 'plt_bench/source/evt-1',
  workerId: 'wrk_bench',
  receivedAt: 0,
  decision: {
    outcome: 'covered',
    reasons: [],
    flags: [],
    premium: { amount: 300, currency: 'CNY', final: true },
  },
} as const satisfies IntakeResult;

const instantIntake: ShiftIntake = {
  submit: async (events) => events.map(() => RESULT),
  dryRun: async (events) => events.map(() => RESULT),
  drain: async () => {},
};

function rawServer(): Server {
  const answer = JSON.stringify({
    eventId: RESULT.eventId,
    verdict: 'covered',
    reasons: [],
    flags: [],
    replayed: false,
  });
  return createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString());
      res.writeHead(200, ['Content-Type', 'application/json', 'Content-Length', String(answer.length)]).end(answer);
    });
  });
}
