import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Instant } from '../../programs/calendar.ts';
import type { Secrets } from '../people/secrets.ts';
import type { WebhookSecret } from './webhook-models.ts';

const SECRET_BYTES = 32;

/** A new secret as Standard Webhooks has it (`whsec_` and base64), and how it is kept. */
export function newSecret(secrets: Secrets, now: Instant): { readonly text: string; readonly kept: WebhookSecret } {
  const text = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
  return { text, kept: { cipher: secrets.wrap(text), createdAt: new Date(now) } };
}

/** Those that sign now, newest first. */
export function liveSecrets(secrets: readonly WebhookSecret[], now: Instant): readonly WebhookSecret[] {
  return secrets
    .filter(({ expiresAt }) => expiresAt === undefined || expiresAt.getTime() > now)
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
}

/** The headers of a call, signed with every live secret: the receiver takes any that it knows. */
export function signedHeaders(
  secrets: Secrets,
  kept: readonly WebhookSecret[],
  { eventId, body, now }: { readonly eventId: string; readonly body: string; readonly now: Instant },
): Readonly<Record<string, string>> {
  const signatures = liveSecrets(kept, now).map(({ cipher }) =>
    new Webhook(secrets.unwrap(cipher)).sign(eventId, new Date(now), body),
  );
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(now / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}
