import type { BenchTenant } from './bench-world.ts';

let serial = 0;

/** Numbers every worker and event of this process differently, so that each is new to the database. */
export const nextSerial = (): string => `${process.pid.toString(36)}-${(serial++).toString(36)}`;

/** One CloudEvents shift event as a platform sends it. */
export function shiftEvent(
  tenant: BenchTenant,
  about: {
    readonly type: 'started' | 'ended';
    readonly id: string;
    readonly workerId: string;
    readonly shiftId: string;
    readonly at: number;
  },
) {
  return {
    specversion: '1.0',
    id: about.id,
    source: tenant.source,
    type: `com.parasol.shift.${about.type}.v1`,
    time: new Date(about.at).toISOString(),
    data: {
      workerId: about.workerId,
      shiftId: about.shiftId,
      occupationClass: 'rider',
      territory: 'CN',
      declaredAge: 30,
    },
  };
}

/** A start by a worker that nobody has seen. */
export function freshStart(tenant: BenchTenant, at: number) {
  const id = nextSerial();
  return shiftEvent(tenant, { type: 'started', id: `e-${id}`, workerId: `w-${id}`, shiftId: `s-${id}`, at });
}

/** The head of a request, without the length and the body. */
export function head(method: 'GET' | 'POST', path: string, tenant: BenchTenant, type?: string): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: Bearer ${tenant.key}`];
  return [...lines, ...(type === undefined ? [] : [`Content-Type: ${type}`])].join('\r\n');
}

export const SINGLE = 'application/cloudevents+json';
export const BATCH = 'application/cloudevents-batch+json';

/** A stored event with its cover, after which the benches make others. */
export interface StoredEvent {
  readonly platformId: string;
  readonly decision: { readonly cover: Readonly<Record<string, unknown>>; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}
