/** The file that everybody sends, and whether a copy of it is one. */
import { type FileHandle, link, open } from 'node:fs/promises';
import { join } from 'node:path';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** The same file under a name in `directory`; its path. */
export async function linkInto(directory: string, source: string): Promise<string> {
  const path = join(directory, 'film');
  await link(source, path);
  return path;
}

export async function sameContent(path: string, other: string): Promise<boolean> {
  const files = [await open(path), await open(other)] as const;
  try {
    const [one, two] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)];
    for (let at = 0; ; ) {
      const [read, alike] = await Promise.all([fill(files[0], one, at), fill(files[1], two, at)]);
      if (read !== alike || !one.subarray(0, read).equals(two.subarray(0, read))) return false;
      if (read < CHUNK_BYTES) return true;
      at += read;
    }
  } finally {
    for (const file of files) await file.close();
  }
}

/** How much of the buffer there was to read. */
async function fill(file: FileHandle, buffer: Buffer, offset: number): Promise<number> {
  for (let filled = 0; filled < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
    if (bytesRead === 0) return filled;
    filled += bytesRead;
  }
  return buffer.length;
}
