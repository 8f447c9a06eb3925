import { MongoClient, MongoServerError } from 'mongodb';
import type { Document } from 'mongodb';
import { waitUntil } from './wait-until.ts';

export interface ReplicaSetOptions {
  name: string;
  /** Ports on 127.0.0.1; the first one is spoken to. */
  ports: readonly number[];
  /** Credentials and options for a direct connection to one member: what comes before and after the host in a URI. */
  directUri: (port: number) => string;
  electionTimeoutMillis?: number;
  /** How long to wait for a writable primary. Default 60 s. */
  writableMsMax?: number;
}

/**
 * Makes the members one replica set and waits until it has a writable primary. Does nothing when they already are;
 * moves the set when its ports changed since the last run.
 */
export async function ensureReplicaSet(options: ReplicaSetOptions): Promise<void> {
  const [port] = options.ports;
  if (port === undefined) throw new Error('A replica set has at least one member.');
  const client = new MongoClient(options.directUri(port), { directConnection: true, serverSelectionTimeoutMS: 10_000 });
  try {
    const admin = client.db('admin');
    const stored = await client.db('local').collection('system.replset').findOne();
    if (stored === null) {
      await admin.command({ replSetInitiate: configuration(options) }).catch(ignoreAlreadyInitialized);
    } else if (!hasHosts(stored, options.ports)) {
      const version = (typeof stored.version === 'number' ? stored.version : 1) + 1;
      await admin.command({ replSetReconfig: { ...configuration(options), version }, force: true });
    }
    const writable = await waitUntil(options.writableMsMax ?? 60_000, async () => {
      const hello = await admin.command({ hello: 1 });
      return hello.isWritablePrimary === true || (options.ports.length > 1 && typeof hello.primary === 'string')
        ? true
        : undefined;
    });
    if (writable === undefined) throw new Error('The replica set has elected no primary in time.');
  } finally {
    await client.close();
  }
}

function configuration(options: ReplicaSetOptions): Document {
  return {
    _id: options.name,
    members: options.ports.map((port, index) => ({ _id: index, host: `127.0.0.1:${port}` })),
    settings: { electionTimeoutMillis: options.electionTimeoutMillis ?? 10_000 },
  };
}

function hasHosts(stored: Document, ports: readonly number[]): boolean {
  const members: unknown = stored.members;
  if (!Array.isArray(members)) return false;
  const hosts = members.map((member: unknown) =>
    typeof member === 'object' && member !== null && 'host' in member ? member.host : undefined,
  );
  return hosts.length === ports.length && ports.every((port) => hosts.includes(`127.0.0.1:${port}`));
}

function ignoreAlreadyInitialized(error: unknown): void {
  // 23: another starter was faster.
  if (error instanceof MongoServerError && error.code === 23) return;
  throw error;
}
