/** Performs commands to the files of a data directory, one after the other. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileCommand } from '@p2p/state';

/** One of the journal, two of the folded state while it is rewritten, and one to spare. */
const MAX_OPEN_FILES = 4;

/** Something that was to be done to a file has failed. The cause is the system's error. */
export class FileFault extends Error {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be written`, { cause });
    this.path = path;
  }
}

export class FilePerformer {
  readonly #directory: string;
  readonly #handles = new Map<string, FileHandle>();
  /** Files whose entries in the directory are on the disk. */
  readonly #entered = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Rejects with a {@link FileFault}; nothing may be performed after that. */
  async perform(command: FileCommand): Promise<void> {
    try {
      await this.#perform(command);
    } catch (cause) {
      throw new FileFault(join(this.#directory, command.file), cause);
    }
  }

  async close(): Promise<void> {
    for (const [file, handle] of this.#handles) {
      this.#handles.delete(file);
      await handle.close();
    }
  }

  async #perform(command: FileCommand): Promise<void> {
    const { file } = command;
    switch (command.kind) {
      case 'append':
        return writeAll(await this.#open(file), command.bytes);
      case 'truncate':
        return (await this.#open(file)).truncate(command.bytes);
      case 'flush':
        return this.#flush(file);
      case 'remove':
        await this.#handles.get(file)?.close();
        this.#handles.delete(file);
        this.#entered.delete(file);
        await rm(join(this.#directory, file), { force: true });
    }
  }

  async #open(file: string): Promise<FileHandle> {
    const handle = this.#handles.get(file) ?? (await open(join(this.#directory, file), 'a', 0o600));
    // The one that was used last is the last.
    this.#handles.delete(file);
    this.#handles.set(file, handle);
    const [oldest] = this.#handles;
    if (oldest === undefined || this.#handles.size <= MAX_OPEN_FILES) return handle;
    this.#handles.delete(oldest[0]);
    await oldest[1].close();
    return handle;
  }

  async #flush(file: string): Promise<void> {
    const handle = await this.#open(file);
    await handle.datasync();
    if (this.#entered.has(file)) return;
    await syncDirectory(this.#directory);
    this.#entered.add(file);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at);
    at += bytesWritten;
  }
}

/** A file that is new or gone is so for ever only when its directory has been flushed. Windows has no such thing. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
