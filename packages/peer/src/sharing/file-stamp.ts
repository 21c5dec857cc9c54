/** What tells whether a file is still the one that was hashed: its inode, size and time of change. */
import type { BigIntStats } from 'node:fs';

export interface FileStamp {
  readonly device: bigint;
  readonly inode: bigint;
  readonly bytes: bigint;
  readonly modifiedNs: bigint;
}

/** What outlives a restart: the number of a device may be another one after it. */
export type KeptStamp = Omit<FileStamp, 'device'>;

export function stampOf(stats: BigIntStats): FileStamp {
  return { device: stats.dev, inode: stats.ino, bytes: stats.size, modifiedNs: stats.mtimeNs };
}

/** Whether an open file is unchanged, and still has a name: one that was deleted is nobody's any more. */
export function isUnchanged(stamp: FileStamp, stats: BigIntStats): boolean {
  return stats.nlink > 0n && stats.dev === stamp.device && isAsKept(stamp, stats);
}

/** Whether a file is as it was in an earlier run. */
export function isAsKept(stamp: KeptStamp, stats: BigIntStats): boolean {
  return stats.ino === stamp.inode && stats.size === stamp.bytes && stats.mtimeNs === stamp.modifiedNs;
}
