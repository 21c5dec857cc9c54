/** For whom a tracker dials which address: nobody has it knock where he could not knock himself. */
import { describe, expect, test } from 'vitest';
import { mayHaveDialled } from '../src/reachability/scope.js';

const machine = ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '0.0.0.0', '::'];
const network = ['10.1.2.3', '172.31.0.1', '192.168.1.2', '100.64.0.9', '169.254.169.254', 'fd00::1', 'fe80::1%eth0'];
const world = ['192.0.2.7', '172.32.0.1', '2001:db8::1', '::ffff:192.0.2.7'];

describe.each([
  ['the tracker’s machine', '127.0.0.1', [...machine, ...network, ...world], []],
  ['its network', '192.168.1.77', [...network, ...world], machine],
  ['a network with IPv6', 'fd00::77', [...network, ...world], machine],
  ['the world', '198.51.100.1', world, [...machine, ...network]],
])('who comes from %s', (_where, from, allowed, refused) => {
  test.each(allowed)('may have %s dialled', (address) => expect(mayHaveDialled(from, address)).toBe(true));
  test.each(refused)('may not have %s dialled', (address) => expect(mayHaveDialled(from, address)).toBe(false));
});
