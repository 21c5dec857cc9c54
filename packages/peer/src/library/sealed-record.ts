/**
 * A record as it is stored: a header that says what it is, bytes behind it, and a checksum of both and of the key, so
 * that a record that a disk has changed, or that has come under another key, is never taken for what was written.
 */
import { HASH_BYTES } from '@p2p/swarm';
import { sha256 } from '../sharing/sha256.js';

/** What a record says. */
export interface RecordBody {
  /** Plain JSON; whoever reads it checks it. */
  readonly header: unknown;
  /** Hashes, or a set of pieces. */
  readonly bytes: Uint8Array;
}

/** Bytes of the length in front of the header. */
const LENGTH_BYTES = 4;

export function seal(key: string, { header, bytes }: RecordBody): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  const content = Buffer.concat([length, text, bytes]);
  return Buffer.concat([checksum(key, content), content]);
}

/** What was sealed under this key; undefined where these bytes are something else. */
export function unseal(key: string, sealed: Uint8Array): RecordBody | undefined {
  const content = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).subarray(HASH_BYTES);
  if (!checksum(key, content).equals(sealed.subarray(0, HASH_BYTES))) return undefined;
  // With the right checksum it is as it was written.
  const end = LENGTH_BYTES + content.readUInt32BE();
  return { header: JSON.parse(content.toString('utf8', LENGTH_BYTES, end)), bytes: content.subarray(end) };
}

function checksum(key: string, content: Uint8Array): Buffer {
  return Buffer.from(sha256(Buffer.concat([Buffer.from(key), Uint8Array.of(0), content])));
}
