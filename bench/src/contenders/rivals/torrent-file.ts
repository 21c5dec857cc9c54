/** A .torrent of one file (BEP 3): what the rivals know it by. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { bencode } from './bencode.js';

/** @param announce the URL of the tracker */
export async function torrentOf(path: string, announce: string, pieceBytes: number): Promise<Uint8Array> {
  const content = await readFile(path);
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += pieceBytes) {
    hashes.push(
      createHash('sha1')
        .update(content.subarray(at, at + pieceBytes))
        .digest(),
    );
  }
  const info = {
    length: content.length,
    name: basename(path),
    'piece length': pieceBytes,
    pieces: Buffer.concat(hashes),
  };
  return bencode({ announce, info });
}
