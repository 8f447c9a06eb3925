import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addressKind, addressProblem, targetProblem, type AddressKind } from './target-address.ts';

const LIVE = { httpAllowed: false, loopbackAllowed: false };
const TEST = { httpAllowed: true, loopbackAllowed: false };
const SANDBOX = { httpAllowed: true, loopbackAllowed: true };

describe('addressKind', () => {
  const table: [address: string, kind: AddressKind][] = [
    ['8.8.8.8', 'public'],
    ['1.1.1.1', 'public'],
    ['172.15.255.255', 'public'],
    ['172.32.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.128.0.0', 'public'],
    ['223.255.255.255', 'public'],
    ['0.0.0.0', 'internal'],
    ['10.0.0.1', 'internal'],
    ['100.64.0.1', 'internal'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['168.63.129.16', 'internal'],
    ['169.254.169.254', 'internal'],
    ['172.16.0.1', 'internal'],
    ['172.31.255.255', 'internal'],
    ['192.0.0.192', 'internal'],
    ['192.168.1.1', 'internal'],
    ['198.18.0.1', 'internal'],
    ['203.0.113.9', 'internal'],
    ['224.0.0.1', 'internal'],
    ['255.255.255.255', 'internal'],
    ['2606:4700:4700::1111', 'public'],
    ['2a00:1450:4001:81b::200e', 'public'],
    ['::', 'internal'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['::ffff:8.8.8.8', 'public'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:169.254.169.254', 'internal'],
    ['::ffff:a9fe:a9fe', 'internal'],
    ['::127.0.0.1', 'internal'],
    ['64:ff9b::169.254.169.254', 'internal'],
    ['2002:7f00:1::', 'internal'],
    ['2001:db8::1', 'internal'],
    ['2001:0:4136:e378::1', 'internal'],
    ['3fff::1', 'internal'],
    ['fc00::1', 'internal'],
    ['fd00:ec2::254', 'internal'],
    ['fe80::1', 'internal'],
    ['fe80::1%eth0', 'internal'],
    ['ff02::1', 'internal'],
    ['4000::1', 'internal'],
    ['example.com', 'internal'],
    ['', 'internal'],
    ['1.2.3', 'internal'],
    ['1.2.3.256', 'internal'],
    ['1::2::3', 'internal'],
  ];
  for (const [address, kind] of table)
    it(`${address || '(nothing)'}: ${kind}`, () => assert.equal(addressKind(address), kind));

  it('an IPv4 address is the same in any clothes', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const hex = address
          .split('.')
          .map((part) => Number(part).toString(16).padStart(2, '0'))
          .join('');
        assert.equal(addressKind(`::ffff:${address}`), addressKind(address));
        assert.equal(addressKind(`::ffff:${hex.slice(0, 4)}:${hex.slice(4)}`), addressKind(address));
      }),
    );
  });

  it('nothing but an address is public', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4Extended()), (text) => {
        if (addressKind(text) === 'public') assert.match(text, /^[0-9a-f.:]+(%.*)?$/i);
      }),
    );
  });
});

describe('targetProblem', () => {
  const table: [url: string, policy: typeof LIVE, says: RegExp | undefined][] = [
    ['https://example.com/hook?a=1', LIVE, undefined],
    ['https://example.com:8443/hook', LIVE, undefined],
    ['https://8.8.8.8/hook', LIVE, undefined],
    ['http://example.com/hook', LIVE, /https/],
    ['http://example.com/hook', TEST, undefined],
    ['ftp://example.com/', TEST, /https/],
    ['file:///etc/passwd', TEST, /https/],
    ['javascript:alert(1)', TEST, /https/],
    ['/hook', TEST, /absolute/],
    ['', TEST, /absolute/],
    [`https://example.com/${'a'.repeat(2_048)}`, LIVE, /absolute/],
    ['https://user:secret@example.com/', LIVE, /user name/],
    ['https://user@example.com/', LIVE, /user name/],
    ['https://example.com/#part', LIVE, /#/],
    ['https://example.com:22/', LIVE, /port/],
    ['https://example.com:25/', SANDBOX, /port/],
    ['http://127.0.0.1:3000/', SANDBOX, undefined],
    ['http://[::1]:3000/', SANDBOX, undefined],
    ['http://localhost:3000/', SANDBOX, undefined],
    ['http://127.0.0.1:3000/', TEST, /this machine/],
    ['http://2130706433/', TEST, /this machine/],
    ['http://0x7f.1/', TEST, /this machine/],
    ['http://0177.0.0.1/', TEST, /this machine/],
    ['http://①②⑦.0.0.1/', TEST, /this machine/],
    ['http://127.1/', TEST, /this machine/],
    ['http://[::1]/', TEST, /this machine/],
    ['http://[::ffff:127.0.0.1]/', TEST, /this machine/],
    ['http://localhost/', TEST, /this machine/],
    ['http://LOCALHOST./', TEST, /this machine/],
    ['http://anything.localhost/', TEST, /this machine/],
    ['http://10.0.0.1/', SANDBOX, /public internet/],
    ['http://169.254.169.254/latest/meta-data', SANDBOX, /public internet/],
    ['http://[::ffff:169.254.169.254]/', SANDBOX, /public internet/],
    ['http://[fe80::1]/', SANDBOX, /public internet/],
    ['http://0.0.0.0/', SANDBOX, /public internet/],
    ['http://metadata.google.internal/', SANDBOX, /public internet/],
    ['http://printer.local/', SANDBOX, /public internet/],
    ['http://intranet/', SANDBOX, /public internet/],
  ];
  for (const [url, policy, says] of table) {
    const where = policy === LIVE ? 'live' : policy === TEST ? 'test' : 'sandbox';
    it(`${where}: ${url.slice(0, 60) || '(nothing)'} is ${says === undefined ? 'taken' : 'refused'}`, () => {
      const problem = targetProblem(url, policy);
      if (says === undefined) assert.equal(problem, undefined);
      else assert.match(problem ?? '', says);
    });
  }

  it('what a name resolves to is judged the same', () => {
    assert.equal(addressProblem('8.8.8.8', LIVE), undefined);
    assert.match(addressProblem('127.0.0.1', LIVE) ?? '', /this machine/);
    assert.equal(addressProblem('::1', SANDBOX), undefined);
    assert.match(addressProblem('192.168.0.1', SANDBOX) ?? '', /public internet/);
  });
});
