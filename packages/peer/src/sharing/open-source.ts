/** A file that is read from to be shared, and what it is by now. */
import { type BigIntStats, fstatSync } from 'node:fs';
import { type FileHandle, statfs } from 'node:fs/promises';
import { openRegular } from '@p2p/transport';

/**
 * Linux's numbers of file systems that lie on this machine (statfs(2)): ext4, XFS, Btrfs, ZFS, F2FS, tmpfs, overlayfs.
 * They know what an open file is without asking anybody; others may take as long as a network does.
 */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, 0x5846_5342, 0x9123_683e, 0x2fc1_2fc1, 0xf2f5_2010, 0x0102_1994, 0x794c_7630,
]);

export class OpenSource {
  readonly #file: FileHandle;
  readonly #isLocal: boolean;

  private constructor(file: FileHandle, isLocal: boolean) {
    this.#file = file;
    this.#isLocal = isLocal;
  }

  /** Undefined where `path` leads to something else than a regular file. Rejects where the system refuses. */
  static async open(path: string): Promise<OpenSource | undefined> {
    const file = await openRegular(path);
    return file && new OpenSource(file, await isLocal(path));
  }

  /** Reads until `target` is full. False where the file ends before. */
  read(offset: number, target: Uint8Array): Promise<boolean> {
    return fill(this.#file, offset, target);
  }

  /** Asked for every block: where it is known at once, another thread would take longer to be asked than to answer. */
  stats(): BigIntStats | Promise<BigIntStats> {
    return this.#isLocal ? fstatSync(this.#file.fd, { bigint: true }) : this.#file.stat({ bigint: true });
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function isLocal(path: string): Promise<boolean> {
  // Whoever doesn't say is asked in another thread.
  const { type } = await statfs(path).catch(() => ({ type: 0 }));
  return LOCAL.has(type);
}

/** Reads until `target` is full. False where the file ends before. */
export async function fill(file: FileHandle, offset: number, target: Uint8Array): Promise<boolean> {
  for (let filled = 0; filled < target.length; ) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, offset + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}
