import { closeApp, createApp } from './app.ts';
import { freePort } from './database/embedded/mongod-process.ts';
import { routes } from './http/routes.ts';
import type { OpenServices } from './open-services.ts';
import { BEAT_MS } from './shifts/open-unavailability-book.ts';

export interface RunningApi {
  /** `http://host:port` as bound. */
  readonly url: string;
  /** Takes no more requests, finishes those under way. */
  stop(): Promise<void>;
}

/** Listens, and says every few seconds that an API process is here (G9). Throws the system's error when the port is taken. */
export async function startApi(services: OpenServices): Promise<RunningApi> {
  const { log } = services;
  const port = services.config.port === 0 ? await freePort() : services.config.port;
  const { host } = services.config;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  // Links and certificates name this address unless a public one is configured.
  const config = { ...services.config, port, publicUrl: services.config.publicUrl ?? url };
  const server = createApp({ ...services, config }, routes);
  await services.beat();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  await services.payments.sandbox?.sendWebhooksTo(`${url}/v1/webhooks/stripe`);
  const heart = setInterval(() => {
    services.beat().catch((err: unknown) => log.warn({ err }, 'The heartbeat was not written.'));
  }, BEAT_MS);
  return {
    url,
    async stop() {
      clearInterval(heart);
      await closeApp(server);
    },
  };
}
