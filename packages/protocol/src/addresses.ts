/** Addresses as people write them: `host:port`, an IPv6 host in brackets. */
import * as z from 'zod';
import { MAX_HOST_BYTES } from './limits.js';

export interface Address {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

export type ParsedAddress =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly message: string };

export interface AddressRules {
  /** Whether port 0 is allowed: "any free port". */
  readonly anyPort?: boolean;
}

const label = /^[0-9a-z_]([0-9a-z_-]{0,61}[0-9a-z_])?$/i;
const zone = /%[0-9a-z._-]+$/i;

/** The host without brackets, or undefined where `text` is none. An IPv6 address must stand in brackets. */
export function parseHost(text: string): string | undefined {
  if (text.length > MAX_HOST_BYTES) return undefined;
  if (text.startsWith('[')) {
    const inner = text.endsWith(']') ? text.slice(1, -1) : '';
    return z.ipv6().safeParse(inner.replace(zone, '')).success ? inner : undefined;
  }
  const labels = text.split('.');
  if (!labels.every((part) => label.test(part))) return undefined;
  // RFC 1123: what ends in a number is an address, never a name; so a mistyped address is not looked up as one.
  if (/^[0-9]+$/.test(labels.at(-1) ?? '') && !z.ipv4().safeParse(text).success) return undefined;
  return text;
}

/** The port, or undefined where `text` is none: decimal, without leading zeros. */
export function parsePort(text: string, rules: AddressRules = {}): number | undefined {
  if (!/^(0|[1-9][0-9]{0,4})$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 && (port > 0 || rules.anyPort === true) ? port : undefined;
}

/** Reads `host:port`. The message of a refusal is a sentence for whoever typed it. */
export function parseAddress(text: string, rules: AddressRules = {}): ParsedAddress {
  const colon = text.lastIndexOf(':');
  const hostText = text.slice(0, Math.max(colon, 0));
  if (colon <= 0) return { ok: false, message: `"${text}" is not an address like 127.0.0.1:9909` };
  const host = parseHost(hostText);
  if (host === undefined) {
    const hint = /:.*:/.test(hostText) ? ' – an IPv6 address stands in brackets' : '';
    return { ok: false, message: `"${hostText}" is not a host${hint}` };
  }
  const port = parsePort(text.slice(colon + 1), rules);
  if (port === undefined) return { ok: false, message: `"${text.slice(colon + 1)}" is not a port` };
  return { ok: true, address: { host, port } };
}

/** The form that {@link parseAddress} reads. */
export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
