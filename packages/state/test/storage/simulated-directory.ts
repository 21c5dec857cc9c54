/**
 * A directory on a disk that forgets: what has not been flushed when the machine stops is there, or not, or in part,
 * sector by sector.
 */
import type { DirectoryReader, FileCommand } from '../../src/storage/files.js';

const SECTOR_BYTES = 64;

interface SimulatedFile {
  content: Uint8Array;
  /** What survives in any case; undefined where the directory doesn't know of the file yet. */
  durable: Uint8Array | undefined;
}

export class SimulatedDirectory implements DirectoryReader {
  #files = new Map<string, SimulatedFile>();
  /** Removed, but not flushed: name and what was durable. */
  #removed = new Map<string, Uint8Array>();
  readonly chunkBytes: number;

  constructor(chunkBytes = 1_000) {
    this.chunkBytes = chunkBytes;
  }

  list(): string[] {
    return [...this.#files.keys(), 'lock'];
  }

  size(file: string): number {
    return this.bytesOf(file).length;
  }

  bytesOf(file: string): Uint8Array {
    const found = this.#files.get(file);
    if (found === undefined) throw new Error(`${file} does not exist`);
    return found.content;
  }

  *read(file: string, offset = 0): Iterable<Uint8Array> {
    const bytes = this.bytesOf(file);
    for (let at = offset; at < bytes.length; at += this.chunkBytes) yield bytes.slice(at, at + this.chunkBytes);
  }

  /** Puts other bytes in a file's place, and on the disk. */
  overwrite(file: string, bytes: Uint8Array): void {
    this.#files.set(file, { content: bytes, durable: bytes });
  }

  clone(): SimulatedDirectory {
    const copy = new SimulatedDirectory(this.chunkBytes);
    copy.#files = new Map([...this.#files].map(([name, file]) => [name, { ...file }]));
    copy.#removed = new Map(this.#removed);
    return copy;
  }

  perform(command: FileCommand): void {
    const { file } = command;
    const known = this.#files.get(file);
    switch (command.kind) {
      case 'append': {
        const content = joined(known?.content ?? new Uint8Array(0), command.bytes);
        this.#files.set(file, { content, durable: known?.durable });
        return;
      }
      case 'flush':
        if (known === undefined) throw new Error(`flushed ${file}, which does not exist`);
        // The directory's entries are flushed with a file that is new in it.
        if (known.durable === undefined) this.#removed.clear();
        known.durable = known.content;
        return;
      case 'truncate':
        if (known === undefined) throw new Error(`cut ${file}, which does not exist`);
        known.content = known.content.slice(0, command.bytes);
        return;
      case 'remove':
        if (known?.durable !== undefined) this.#removed.set(file, known.durable);
        this.#files.delete(file);
    }
  }

  /** The machine stops. `random` gives numbers from 0 up to below 1. */
  crash(random: () => number): void {
    for (const [name, { content, durable }] of this.#files) {
      if (durable === undefined && random() < 0.3) this.#files.delete(name);
      else this.overwrite(name, survivorOf(content, durable ?? new Uint8Array(0), random));
    }
    for (const [name, durable] of this.#removed) {
      if (!this.#files.has(name) && random() < 0.5) this.overwrite(name, durable);
    }
    this.#removed.clear();
  }
}

function survivorOf(content: Uint8Array, durable: Uint8Array, random: () => number): Uint8Array {
  if (content.length < durable.length) return random() < 0.5 ? durable : content;
  const length = durable.length + Math.floor(random() * (content.length - durable.length + 1));
  const left = content.slice(0, random() < 0.3 ? content.length : length);
  const lost = random() < 0.5 ? 0 : random();
  for (let at = durable.length; at < left.length; at += SECTOR_BYTES) {
    if (random() < lost) left.fill(0, at, at + SECTOR_BYTES);
  }
  return left;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
