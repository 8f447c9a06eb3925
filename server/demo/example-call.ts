export interface ExampleCall {
  readonly url: string;
  readonly platformKey: string;
  readonly source: string;
  readonly externalId: string;
  readonly policyId: string;
  readonly occupationClass: string;
  readonly territory: string;
}

/**
 * A shell line that posts one event: a shift that starts at the moment the line is run, so that it is never late. The
 * shell fills in time and ids; everything else is fixed text, and none of it needs quoting beyond this.
 */
export function exampleCall({
  url,
  platformKey,
  source,
  externalId,
  policyId,
  occupationClass,
  territory,
}: ExampleCall): string {
  const event = {
    specversion: '1.0',
    id: 'demo-@NOW',
    source,
    type: 'com.parasol.shift.started.v1',
    time: '@TIME',
    data: { workerId: externalId, shiftId: 'shift-@NOW', policyId, occupationClass, territory },
  };
  const body = JSON.stringify(event)
    .replaceAll('@NOW', `'$(date +%s)'`)
    .replace('@TIME', `'$(date -u +%Y-%m-%dT%H:%M:%SZ)'`);
  return [
    `curl -sS -X POST '${url}/v1/shift-events'`,
    `-H 'Authorization: Bearer ${platformKey}'`,
    `-H 'Content-Type: application/cloudevents+json'`,
    `-d '${body}'`,
  ].join(' ');
}
