/** Fingerprints by which trackers prove to each other, and anyone to himself, that they hold the same. */
import { pack } from '@p2p/protocol';
import type { State } from './state.js';
import { Table } from './table.js';

/** SHA-256 of the bytes, 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Digest of nothing. */
export const zeroDigest: Uint8Array = new Uint8Array(32);

/** The running digest after one more operation: each, in its maker's bytes, hashed onto the digest before it. */
export function chainDigest(previous: Uint8Array, operation: Uint8Array, sha256: Sha256): Uint8Array {
  return sha256(joined(previous, operation));
}

/**
 * Digest of a state's rows as 64 hex digits, whatever way it came about. Costs a pass over all rows: for tests, tools
 * and audits. Trackers compare {@link chainDigest}s.
 */
export function stateDigest(state: State, sha256: Sha256): string {
  let digest = zeroDigest;
  for (const [table, rows] of tablesOf(state)) {
    rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    for (const [key, row] of rows) digest = sha256(joined(digest, canonicalBytes([table, key, row])));
  }
  return toHex(digest);
}

/** Names and fields are all data; which table a row is in, and under which key, is part of what is hashed. */
function* tablesOf({ log: _, ...tables }: State): Generator<[table: string, rows: [key: string, row: unknown][]]> {
  for (const [name, table] of Object.entries(tables).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (table instanceof Table) yield [name, [...table.entries()].map(([key, row]) => [String(key), row])];
    else yield [name, [...table.entries()].map(([outer, inner, row]) => [`${outer}/${inner}`, row])];
  }
}

/** One encoding of a plain value, whatever order its fields were written in. */
function canonicalBytes(value: unknown): Uint8Array {
  return pack(ordered(value));
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => [key, ordered(field)]);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
