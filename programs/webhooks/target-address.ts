/**
 * Where a webhook may go. A platform chooses the address and our machines call it, so without rules it could make us call
 * what only we can reach (server-side request forgery): metadata services, databases, our own loopback.
 */
export interface TargetPolicy {
  /** Without TLS. */
  readonly httpAllowed: boolean;
  /** This machine itself: for the sandbox. */
  readonly loopbackAllowed: boolean;
}

/** `internal`: private, link-local, shared, documentation, multicast, reserved: whatever is not the public internet. */
export type AddressKind = 'public' | 'loopback' | 'internal';

const URL_LENGTH_MAX = 2_048;

/** What the address of an endpoint may not be, as a sentence; undefined: it may be called, as far as its text tells. */
export function targetProblem(text: string, policy: TargetPolicy): string | undefined {
  const url = parseUrl(text);
  if (url === undefined || text.length > URL_LENGTH_MAX) {
    return `It must be an absolute address of at most ${URL_LENGTH_MAX} characters, like https://example.com/parasol.`;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'It must begin with https://.';
  if (url.protocol === 'http:' && !policy.httpAllowed) return 'It must begin with https://: live data goes encrypted.';
  if (url.username !== '' || url.password !== '') {
    return 'It must hold no user name or password: calls are proved by their signature.';
  }
  if (url.hash !== '') return 'It must have no # part: that is never sent.';
  if (!isPortAllowed(url)) return 'Its port must be 443, 80, or 1024 and above: other services live below.';
  return hostProblem(url.hostname, policy);
}

/** The same for an address that a name was resolved to, asked for every connection: a name may resolve otherwise tomorrow. */
export function addressProblem(address: string, { loopbackAllowed }: TargetPolicy): string | undefined {
  const kind = addressKind(address);
  if (kind === 'public' || (kind === 'loopback' && loopbackAllowed)) return undefined;
  return kind === 'loopback'
    ? 'It leads to this machine itself, which only the sandbox may call.'
    : 'It leads to an address that is not on the public internet.';
}

/** What is not an address at all is `internal`: nothing of it is known to be public. */
export function addressKind(address: string): AddressKind {
  const v4 = parseV4(address);
  if (v4 !== undefined) return kindOfV4(v4);
  const v6 = parseV6(address.replace(/%.*$/, ''));
  return v6 === undefined ? 'internal' : kindOfV6(v6);
}

function hostProblem(hostname: string, policy: TargetPolicy): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (parseV4(host) !== undefined || host.includes(':')) return addressProblem(host, policy);
  if (isLocalhost(host)) return addressProblem('127.0.0.1', policy);
  if (!host.includes('.') || /\.(local|internal|localdomain|home\.arpa)$/.test(host)) {
    return 'Its name is not one of the public internet.';
  }
  return undefined;
}

/** Names that are this machine by definition, whatever a name server says. */
export const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

function isPortAllowed({ port }: URL): boolean {
  return port === '' || port === '80' || port === '443' || Number(port) >= 1_024;
}

/** Blocks of IPv4 that are not the public internet (IANA's registry of special purposes, and a metadata service in public space). */
const NOT_PUBLIC: readonly (readonly [base: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

function kindOfV4(address: number): AddressKind {
  if (Math.floor(address / 2 ** 24) === 127) return 'loopback';
  const inside = NOT_PUBLIC.some(([base, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor((parseV4(base) ?? 0) / size);
  });
  return inside ? 'internal' : 'public';
}

function kindOfV6(groups: readonly number[]): AddressKind {
  const [first = 0, second = 0, , , , , seventh = 0, last = 0] = groups;
  const leading = groups.slice(0, 5).every((group) => group === 0);
  // An IPv4 address in IPv6's clothes is judged as what it is.
  if (leading && groups[5] === 0xffff) return kindOfV4(seventh * 2 ** 16 + last);
  if (groups.slice(0, 7).every((group) => group === 0) && last === 1) return 'loopback';
  // Only global unicast (2000::/3), without special uses (2001::/23), documentation and 6to4, which holds an IPv4 address.
  const isGlobal = first >= 0x2000 && first <= 0x3fff;
  const isSpecial = first === 0x2001 && (second < 0x0200 || second === 0x0db8);
  return isGlobal && !isSpecial && first !== 0x2002 && first !== 0x3fff ? 'public' : 'internal';
}

function parseV4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** Eight groups; an IPv4 address at the end counts as two. */
function parseV6(text: string): number[] | undefined {
  const v4 = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (v4?.[1] !== undefined && v4[2] !== undefined) {
    const number = parseV4(v4[2]);
    if (number === undefined) return undefined;
    return parseV6(`${v4[1]}${Math.floor(number / 2 ** 16).toString(16)}:${(number % 2 ** 16).toString(16)}`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => parseInt(group, 16))
    : undefined;
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
