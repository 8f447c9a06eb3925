import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { MongoNetworkError } from 'mongodb';

type WriteCommand = (this: WireConnection, ...args: unknown[]) => Promise<unknown>;

/** What we touch of the driver's connection. */
interface WireConnection {
  readonly id: unknown;
  readonly socket: Socket;
}

const mended = new WeakSet<object>();

/**
 * Mends a fault of the driver (7.8): a command that is written to a socket which is already gone, while its end is not yet
 * known to the connection, waits for ever for room to write; no time limit of the driver ends it. It happens when a server
 * is killed, once in some dozen times under load. With this, such a command fails with a `MongoNetworkError`, as any other
 * on a broken connection. Throws when the driver is not made as we know it: then look whether it still needs mending.
 */
export function mendDriver(): void {
  const prototype = connectionPrototype(createRequire(import.meta.url)('mongodb/lib/cmap/connection.js'));
  if (mended.has(prototype)) return;
  mended.add(prototype);
  const write = prototype.writeCommand;
  prototype.writeCommand = async function (...args) {
    const { socket } = this;
    const gone = (): MongoNetworkError =>
      new MongoNetworkError(`connection ${String(this.id)} was closed while writing`);
    if (socket.destroyed) throw gone();
    let onClose = (): void => undefined;
    const closed = new Promise<never>((_, reject) => {
      onClose = () => reject(gone());
    });
    socket.once('close', onClose);
    try {
      return await Promise.race([write.apply(this, args), closed]);
    } finally {
      socket.off('close', onClose);
    }
  };
}

function connectionPrototype(module: unknown): { writeCommand: WriteCommand } {
  const prototype = member(member(module, 'Connection'), 'prototype');
  if (!hasWriteCommand(prototype)) throw new Error('The MongoDB driver has no Connection.writeCommand to mend.');
  return prototype;
}

function member(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const found: unknown = Reflect.get(value, name);
  return found;
}

function hasWriteCommand(value: unknown): value is { writeCommand: WriteCommand } {
  return typeof member(value, 'writeCommand') === 'function';
}
