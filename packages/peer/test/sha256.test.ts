import { createHash } from 'node:crypto';
import { LEAF_BYTES } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../src/sharing/sha256.js';

describe('the hash of bytes that are zero', () => {
  const oneAt = (at: number) => {
    const leaf = new Uint8Array(LEAF_BYTES);
    leaf[at] = 1;
    return leaf;
  };

  it.each<[string, Uint8Array]>([
    ['a leaf', new Uint8Array(LEAF_BYTES)],
    ['a leaf but for its first byte', oneAt(0)],
    ['a leaf but for its last byte', oneAt(LEAF_BYTES - 1)],
    ['one byte less', new Uint8Array(LEAF_BYTES - 1)],
    ['one byte more', new Uint8Array(LEAF_BYTES + 1)],
    ['none', new Uint8Array()],
  ])('%s is that of any other', (_, bytes) => {
    expect(Buffer.from(sha256(bytes))).toEqual(createHash('sha256').update(bytes).digest());
  });

  it('is the caller’s own', () => {
    sha256(new Uint8Array(LEAF_BYTES)).fill(0);
    expect(Buffer.from(sha256(new Uint8Array(LEAF_BYTES)))).toEqual(
      createHash('sha256').update(new Uint8Array(LEAF_BYTES)).digest(),
    );
  });
});
