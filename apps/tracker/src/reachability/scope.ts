/**
 * From how far off an address can be reached. A tracker dials an address for somebody only where that could dial it just
 * as well: nobody from outside has it knock at its own machine, or in its own network.
 */
import { BlockList, isIPv6 } from 'node:net';

const machine = new BlockList();
machine.addSubnet('127.0.0.0', 8);
// "This host", RFC 1122: systems take it for the own machine.
machine.addSubnet('0.0.0.0', 8);
machine.addSubnet('::', 127, 'ipv6');

const network = new BlockList();
// RFC 1918, RFC 6598 (a provider's own), RFC 3927, RFC 4193, RFC 4291.
for (const [subnet, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const) {
  network.addSubnet(subnet, prefix);
}
network.addSubnet('fc00::', 7, 'ipv6');
network.addSubnet('fe80::', 10, 'ipv6');

type Scope = 'machine' | 'network' | 'world';
const widths: Readonly<Record<Scope, number>> = { machine: 0, network: 1, world: 2 };

/** `address`: IPv4 or IPv6, also one of these in the form of the other (`::ffff:127.0.0.1`). */
function scopeOf(address: string): Scope {
  const [plain = ''] = address.split('%');
  const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
  if (machine.check(plain, family)) return 'machine';
  return network.check(plain, family) ? 'network' : 'world';
}

/** Whether who comes from the one address may have the other one dialled. */
export function mayHaveDialled(from: string, address: string): boolean {
  return widths[scopeOf(address)] >= widths[scopeOf(from)];
}
