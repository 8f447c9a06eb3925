import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what systems give to outgoing connections (32,768 and more on Linux, 49,152 elsewhere). */
const FIRST = 20_000;
const LAST = 32_000;
const TRIES = 50;

/**
 * A port of 127.0.0.1 for a server that will be killed and come back. Not one that the system chooses: while the server is
 * down, a client that keeps trying may be given that very port for its own end, and then the server cannot have it back.
 */
export async function steadyPort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${FIRST} and ${LAST}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
