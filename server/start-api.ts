import type { AddressInfo } from 'node:net';
import { closeApp, createApp } from './app.ts';
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
  const { config, log } = services;
  const server = createApp(services, routes);
  await services.beat();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const heart = setInterval(() => {
    services.beat().catch((err: unknown) => log.warn({ err }, 'The heartbeat was not written.'));
  }, BEAT_MS);
  const { port } = addressOf(server.address());
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    async stop() {
      clearInterval(heart);
      await closeApp(server);
    },
  };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.');
  return address;
}
