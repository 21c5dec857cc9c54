/**
 * A data directory that lasts only as far as it was flushed. Performs the commands of the real storage code and reads
 * for the real recovery; how long a command takes is the business of lanes.ts.
 */
import type { DirectoryReader, FileCommand } from '@p2p/state';
import type { Dice } from '../dice.js';
import { SimulatedFile } from './file.js';

/** Small, so that every record is cut somewhere while it is read. */
const READ_CHUNK_BYTES = 61;

export class Disk implements DirectoryReader {
  #files = new Map<string, SimulatedFile>();
  /** Removed, but back after a crash that comes soon. */
  #removed = new Map<string, SimulatedFile>();
  /** Bytes that may be written before the disk is full. */
  roomBytes = Number.POSITIVE_INFINITY;

  /** False where the disk is full; of an append, some may have been written. */
  perform(command: FileCommand): boolean {
    switch (command.kind) {
      case 'append':
        return this.#append(command.file, command.bytes);
      case 'flush':
        this.#existing(command.file).flush();
        // The directory was written with it, with all that was changed in it before.
        this.#removed.clear();
        return true;
      case 'remove': {
        // One that was only going to be made is removed all the same.
        const file = this.#files.get(command.file);
        if (file?.isListed) this.#removed.set(command.file, file);
        this.#files.delete(command.file);
        return true;
      }
      case 'truncate':
        this.#existing(command.file).truncate(command.bytes);
        return true;
    }
  }

  /** The machine, or only the process on it, is gone; what was not flushed is lost, in part or as a whole. */
  crash(dice: Dice): void {
    for (const [name, file] of this.#removed) {
      if (!this.#files.has(name) && dice.chance(0.3)) this.#files.set(name, file);
    }
    this.#removed.clear();
    for (const [name, file] of this.#files) {
      if (!file.isListed && dice.chance(0.5)) this.#files.delete(name);
      else file.crash(dice);
    }
  }

  /** A new, empty disk takes the place of this one. */
  lose(): void {
    this.#files.clear();
    this.#removed.clear();
    this.roomBytes = Number.POSITIVE_INFINITY;
  }

  /** A backup of all that is flushed. */
  backup(): ReadonlyMap<string, SimulatedFile> {
    const listed = [...this.#files].filter(([, file]) => file.isListed);
    return new Map(listed.map(([name, file]) => [name, file.copy()]));
  }

  restore(backup: ReadonlyMap<string, SimulatedFile>): void {
    this.lose();
    this.#files = new Map([...backup].map(([name, file]) => [name, file.copy()]));
  }

  list(): string[] {
    return [...this.#files.keys()];
  }

  size(name: string): number {
    return this.#existing(name).length;
  }

  *read(name: string, offset = 0): Generator<Uint8Array> {
    const { content } = this.#existing(name);
    for (let at = offset; at < content.length; at += READ_CHUNK_BYTES) yield content.slice(at, at + READ_CHUNK_BYTES);
  }

  #append(name: string, bytes: Uint8Array): boolean {
    const fitting = bytes.subarray(0, Math.min(bytes.length, this.roomBytes));
    const file = this.#files.get(name) ?? new SimulatedFile();
    this.#files.set(name, file);
    file.append(fitting);
    this.roomBytes -= fitting.length;
    return fitting.length === bytes.length;
  }

  #existing(name: string): SimulatedFile {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`the storage code asked for ${name}, which is not there`);
    return file;
  }
}
