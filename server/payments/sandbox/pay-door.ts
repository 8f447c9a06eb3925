import { decodeForm } from './form-encoding.ts';
import type { SandboxAnswer, SandboxRequest } from './handle-request.ts';
import { paySession } from './objects/checkout-sessions.ts';
import { payInvoice } from './objects/invoices.ts';
import { pageOf, troublePage } from './pay-pages.ts';
import type { Shell } from './sandbox-server.ts';
import { StripeTrouble } from './stripe-trouble.ts';

/** The payer's pages: shows one, or does what its button says. `undefined` when the path is no page. */
export function answerPage(
  { method, path, rawBody }: SandboxRequest,
  { core, clock }: Shell,
): SandboxAnswer | undefined {
  const [, kind, id] = /^\/(pay|invoice)\/([^/?]+)$/.exec(path) ?? [];
  if ((kind !== 'pay' && kind !== 'invoice') || id === undefined) return undefined;
  if (method === 'GET') return html(200, pageOf(core.store, kind, id) ?? troublePage('There is no such page.', path));
  const chosen = decodeForm(rawBody).method;
  const payWith = typeof chosen === 'string' ? chosen : undefined;
  try {
    const { declined } = core.act(clock.now(), (context) =>
      kind === 'pay'
        ? paySession(context, id, payWith)
        : payInvoice(context, id, payWith === undefined ? {} : { method: payWith }),
    );
    if (declined !== undefined) return html(402, troublePage(declined.message, path));
  } catch (error) {
    if (error instanceof StripeTrouble) return html(error.status, troublePage(error.message, path));
    throw error;
  }
  const success = kind === 'pay' ? core.store.get('checkout_session', id)?.success_url : undefined;
  return see(success?.replaceAll('{CHECKOUT_SESSION_ID}', id) ?? path);
}

function html(status: number, body: string): SandboxAnswer {
  return { status, headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8' }, body };
}

function see(location: string): SandboxAnswer {
  return { status: 303, headers: { ...HEADERS, location }, body: '' };
}

const HEADERS = {
  server: 'Parasol SANDBOX',
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
} as const;
