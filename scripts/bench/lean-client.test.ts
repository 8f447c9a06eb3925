import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { LeanConnection } from './lean-client.ts';

describe('a lean connection', () => {
  it('is opened again when the server closed it while it was idle, and no request is lost', async () => {
    const sockets: Socket[] = [];
    const server = createServer((_req, res) => {
      res.setHeader('Content-Length', 2).end('{}');
    }).on('connection', (socket: Socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const connection = await LeanConnection.open(address.port);
    for (let request = 1; request <= 3; request++) {
      assert.deepEqual(await connection.request('GET / HTTP/1.1\r\nHost: here'), { status: 200, body: '{}' });
      sockets.at(-1)?.destroy();
    }
    assert.equal(sockets.length, 3);
    connection.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
