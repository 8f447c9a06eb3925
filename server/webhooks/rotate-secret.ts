import type { ClientSession } from 'mongodb';
import { Refusal } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';
import type { CreatedEndpoint } from './create-endpoint.ts';
import { liveSecrets, newSecret } from './endpoint-secrets.ts';
import { findEndpoint, type EndpointRef } from './find-endpoint.ts';
import { webhookRows } from './webhook-models.ts';

const SECOND_MS = 1_000;
export const OLD_SECRET_SECONDS = 86_400;
export const OLD_SECRET_SECONDS_MAX = 7 * 86_400;
const LIVE_MAX = 2;

export interface RotateSecretInput extends EndpointRef {
  /** How long the old secret still signs beside the new one; default a day. 0 ends every old one at once: it leaked. */
  readonly oldSecretSeconds?: number | undefined;
}

/**
 * Gives an endpoint a new secret. Both sign until the old one expires, so the receiver can change over in its own time.
 * Throws `webhook_endpoint_not_found`, `webhook_secrets_live` while two are live and none is to end at once.
 */
export async function rotateSecret(
  services: Services,
  input: RotateSecretInput,
  session: ClientSession,
): Promise<CreatedEndpoint> {
  const now = services.clock.now();
  const seconds = input.oldSecretSeconds ?? OLD_SECRET_SECONDS;
  const stored = await findEndpoint(services, input, session);
  const live = seconds === 0 ? [] : liveSecrets(stored.secrets, now);
  if (live.length >= LIVE_MAX) {
    throw new Refusal(
      'conflict',
      'webhook_secrets_live',
      'Two secrets are live already: wait until the older one has expired, or send oldSecretSeconds 0 to end both at once.',
    );
  }
  const secret = newSecret(services.secrets, now);
  const expiresAt = new Date(now + seconds * SECOND_MS);
  const changed = await webhookRows(services).endpoints.findOneAndUpdate(
    { _id: stored._id, version: stored.version },
    {
      $set: {
        secrets: [secret.kept, ...live.map((old) => ({ ...old, expiresAt: old.expiresAt ?? expiresAt }))],
        updatedAt: new Date(now),
        version: stored.version + 1,
      },
    },
    { session, returnDocument: 'after' },
  );
  if (changed === null) throw new Error('An endpoint moved inside a transaction that had read it.');
  return { endpoint: changed, secret: secret.text };
}
