/** What an address says about who is behind it: limits count networks, since an IPv6 host has addresses without number. */
import { isIPv6 } from 'node:net';
import { plainAddress } from './tls-settings.js';

/** Groups of 16 bits that a provider gives to a household at the least, RFC 6177: of its 8 the other ones are free to choose. */
const NETWORK_GROUPS = 4;

/** An IPv4 address as it is, and the loopback address; of any other IPv6 address its /64, like `2001:db8:0:7::/64`. */
export function networkOf(host: string): string {
  const plain = plainAddress(host);
  if (!isIPv6(plain) || isLoopback(plain)) return plain;
  const [address = ''] = plain.split('%');
  const [before = '', after] = address.split('::');
  const groups = groupsOf(before);
  const behind = groupsOf(after ?? '');
  // An IPv4 address at the end takes the place of two groups, but those of a network it never reaches.
  const missing = 8 - groups.length - behind.length - (address.includes('.') ? 1 : 0);
  if (after !== undefined) groups.push(...Array.from({ length: missing }, () => '0'), ...behind);
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

/** Whether somebody on this very machine is meant. */
export function isLoopback(host: string): boolean {
  const plain = plainAddress(host);
  return plain === '::1' || plain.startsWith('127.');
}
