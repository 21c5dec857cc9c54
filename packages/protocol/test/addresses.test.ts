/** Addresses as people type them. */
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress, peerAddress } from '../src/index.js';

describe('accepted', () => {
  test.each([
    ['127.0.0.1:9909', '127.0.0.1', 9909],
    ['localhost:1', 'localhost', 1],
    ['tracker-1.example.org:65535', 'tracker-1.example.org', 65_535],
    ['my_host:80', 'my_host', 80],
    ['[::1]:9909', '::1', 9909],
    ['[2001:db8::8:800:200c:417a]:9909', '2001:db8::8:800:200c:417a', 9909],
    ['[fe80::1%eth0]:9909', 'fe80::1%eth0', 9909],
    ['[::ffff:10.0.0.1]:9909', '::ffff:10.0.0.1', 9909],
  ])('%s', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ ok: true, address: { host, port } });
    expect(formatAddress({ host, port })).toBe(text);
    expect(peerAddress.parse({ host, port })).toEqual({ host, port });
  });

  test('port 0 only where any port will do', () => {
    expect(parseAddress('127.0.0.1:0').ok).toBe(false);
    expect(parseAddress('127.0.0.1:0', { anyPort: true })).toMatchObject({ ok: true, address: { port: 0 } });
    expect(parseAddress('[::1]:0', { anyPort: true })).toMatchObject({ ok: true, address: { host: '::1' } });
  });
});

describe('refused', () => {
  test.each([
    '',
    ':',
    ':9909',
    '9909',
    'localhost',
    'localhost:',
    'localhost:0x50',
    'localhost:09909',
    'localhost:65536',
    'localhost:-1',
    'localhost:1.5',
    'localhost: 80',
    'local host:80',
    '256.0.0.1:80',
    '127.0.0:80',
    '127.0.0.1.5:80',
    '01.2.3.4:80',
    '9909:80',
    'a..b:80',
    '.a:80',
    '-a:80',
    'a/b:80',
    'http://a:80',
    'user@host:80',
    '::1:80',
    '[::1]',
    '[::1]80',
    '[]:80',
    '[::g]:80',
    '[127.0.0.1]:80',
    '[::1:80',
    `${'a.'.repeat(200)}b:80`,
  ])('%j', (text) => {
    expect(parseAddress(text).ok).toBe(false);
    expect(parseAddress(text, { anyPort: true }).ok).toBe(false);
  });

  test('an IPv6 address without brackets is told where they belong', () => {
    expect(parseAddress('fe80::1:80')).toMatchObject({ message: expect.stringContaining('brackets') });
  });
});
