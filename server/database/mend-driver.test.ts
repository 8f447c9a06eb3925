import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { MongoNetworkError } from 'mongodb';
import { useTestDatabase } from './testing/test-database.ts';

type Write = (this: { readonly id: unknown; readonly socket: Socket }, ...args: unknown[]) => Promise<unknown>;
interface Driver {
  readonly Connection: { readonly prototype: { writeCommand: Write } };
}

function isDriver(value: unknown): value is Driver {
  return typeof value === 'object' && value !== null && 'Connection' in value && typeof value.Connection === 'function';
}

describe('mendDriver', () => {
  const database = useTestDatabase({ migrate: false });
  const driver: unknown = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js');
  assert.ok(isDriver(driver));
  const { prototype } = driver.Connection;
  let mended: Write;
  before(() => {
    mended = prototype.writeCommand;
  });
  afterEach(() => {
    prototype.writeCommand = mended;
  });

  /** The socket of the next command that a pool's connection writes goes when it says, before the connection hears of it. */
  function loseSocket(when: 'before' | 'while'): void {
    prototype.writeCommand = async function (...args) {
      if (typeof this.id !== 'number') return mended.apply(this, args);
      prototype.writeCommand = mended;
      if (when === 'before') this.socket.destroy();
      // A full buffer, and the other side ends without an error: nothing is ever said but `close`.
      if (when === 'while') this.socket.write = () => (setImmediate(() => this.socket.destroy()), false);
      return mended.apply(this, args);
    };
  }

  for (const when of ['before', 'while'] as const) {
    it(`a command fails whose socket went ${when} it was written`, async () => {
      loseSocket(when);
      await assert.rejects(database.db.command({ ping: 1 }), MongoNetworkError);
      await database.db.command({ ping: 1 });
    });

    it(`a read whose socket went ${when} it was written is repeated by the driver`, async () => {
      loseSocket(when);
      assert.deepEqual(await database.db.collection('nothing').find().toArray(), []);
    });
  }
});
