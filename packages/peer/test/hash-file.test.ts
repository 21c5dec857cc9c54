import { appendFileSync, truncateSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContentHasher, pieceLengthFor } from '@p2p/swarm';
import { describe, expect, it } from 'vitest';
import { HashingPool } from '../src/hashing/hashing-pool.js';
import { checkReadable, hashFile } from '../src/sharing/hash-file.js';
import { sha256 } from '../src/sharing/sha256.js';
import { patternBytes } from './pattern-bytes.js';
import { temporaryDirectory } from './temporary-directory.js';

describe('hashing a file', () => {
  it.each([0, 1, 16_384, 262_144, 262_145, 1_048_576, 2_500_001])(
    'of %i bytes gives the tree of its bytes',
    async (length) => {
      const path = join(await temporaryDirectory(), 'file');
      const bytes = patternBytes(length);
      await writeFile(path, bytes);
      const hasher = new ContentHasher(sha256, length, pieceLengthFor(length));
      hasher.update(bytes);
      const progress: number[] = [];
      const hashed = await hashFile(path, (done) => progress.push(done), new HashingPool());
      expect(hashed).toMatchObject({ ok: true, tree: hasher.finish() });
      expect(progress.at(-1) ?? 0).toBe(length);
    },
  );

  it('notices that the file grows or shrinks meanwhile', async () => {
    const directory = await temporaryDirectory();
    for (const [name, change] of [
      ['grows', (path: string) => appendFileSync(path, 'more')],
      ['shrinks', (path: string) => truncateSync(path, 5)],
    ] as const) {
      const path = join(directory, name);
      await writeFile(path, patternBytes(3_000_000));
      const hashed = await hashFile(path, (done) => done <= 1_048_576 && change(path), new HashingPool());
      expect(hashed).toMatchObject({ ok: false, code: 'file_changed' });
    }
  });

  it('refuses what is no readable regular file', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'folder'));
    for (const path of [join(directory, 'missing'), join(directory, 'folder'), '/dev/null']) {
      expect(await checkReadable(path)).toMatchObject({ code: 'file_unreadable' });
      expect(await hashFile(path, () => {}, new HashingPool())).toMatchObject({ code: 'file_unreadable' });
    }
  });
});
