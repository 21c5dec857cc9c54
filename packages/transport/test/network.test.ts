import { expect, test } from 'vitest';
import { isLoopback, networkOf } from '../src/index.js';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['2001:db8:0:7:1:2:3:4', '2001:db8:0:7::/64'],
  ['2001:db8:0:7::1', '2001:db8:0:7::/64'],
  ['2001:0DB8:0000:0007:ffff:ffff:ffff:ffff', '2001:db8:0:7::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['::2', '0:0:0:0::/64'],
])('%s is of the network %s', (host, network) => {
  expect(networkOf(host)).toBe(network);
});

test('neighbouring networks differ, addresses within one do not', () => {
  expect(networkOf('2001:db8:0:7::1')).toBe(networkOf('2001:db8:0:7:ffff::2'));
  expect(networkOf('2001:db8:0:7::1')).not.toBe(networkOf('2001:db8:0:8::1'));
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::ffff:127.0.0.1', true],
  ['::1', true],
  ['128.0.0.1', false],
  ['12.7.0.1', false],
  ['::2', false],
  ['::ffff:192.0.2.7', false],
])('%s is on this machine: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
