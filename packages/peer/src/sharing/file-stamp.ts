/** What tells whether a file is still the one that was hashed: its inode, size and time of change. */
import type { BigIntStats } from 'node:fs';

export interface FileStamp {
  readonly device: bigint;
  readonly inode: bigint;
  readonly bytes: bigint;
  readonly modifiedNs: bigint;
}

export function stampOf(stats: BigIntStats): FileStamp {
  return { device: stats.dev, inode: stats.ino, bytes: stats.size, modifiedNs: stats.mtimeNs };
}

/** Whether an open file is unchanged, and still has a name: one that was deleted is nobody's any more. */
export function isUnchanged(stamp: FileStamp, stats: BigIntStats): boolean {
  const now = stampOf(stats);
  return (
    stats.nlink > 0n &&
    now.device === stamp.device &&
    now.inode === stamp.inode &&
    now.bytes === stamp.bytes &&
    now.modifiedNs === stamp.modifiedNs
  );
}
