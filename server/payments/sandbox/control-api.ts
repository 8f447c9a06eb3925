import { controlRoutes } from './control-routes.ts';
import type { SandboxAnswer, SandboxRequest } from './handle-request.ts';
import type { Shell } from './sandbox-server.ts';
import { StripeTrouble } from './stripe-trouble.ts';

/** Answers a call of `/_sandbox/...`. Who may call it is decided by where it listens: this machine only. */
export function answerControl({ method, path, rawBody }: SandboxRequest, { core, clock, base }: Shell): SandboxAnswer {
  const [plainPath = ''] = path.split('?');
  try {
    for (const route of controlRoutes(core, base)) {
      const ids = route.method === method ? route.match(plainPath) : undefined;
      if (ids === undefined) continue;
      const run = route.prepare(bodyOf(rawBody), ids);
      const result = core.act(clock.now(), run);
      if (result instanceof StripeTrouble) return troubled(result);
      return json(200, result);
    }
  } catch (error) {
    if (error instanceof StripeTrouble) return troubled(error);
    if (error instanceof SyntaxError)
      return json(400, { error: { message: `The body is not JSON: ${error.message}` } });
    throw error;
  }
  return json(404, { error: { message: `The sandbox has no such control: ${method} ${plainPath}` } });
}

function bodyOf(rawBody: string): unknown {
  const parsed: unknown = rawBody === '' ? {} : JSON.parse(rawBody);
  return parsed;
}

function troubled({ status, fields }: StripeTrouble): SandboxAnswer {
  return json(status, { error: fields });
}

function json(status: number, body: object): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', server: 'Parasol SANDBOX' },
    body: JSON.stringify(body),
  };
}
