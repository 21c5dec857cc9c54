/** What happens to the files of a directory: a disk's faults, a person's, and records whose checksums are put right after. */
import type { Step } from '@p2p/fuzzing';
import { encodeRecord } from '../src/storage/records.js';

/** A directory that is not on any disk. */
export class DamagedDirectory {
  readonly #files: Map<string, Uint8Array>;
  /** Whether somebody has written what looks like our own: then nothing but an orderly end is promised. */
  isForged = false;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#files = new Map(files);
  }

  list(): string[] {
    return [...this.#files.keys(), 'lock'];
  }

  size(file: string): number {
    return this.#bytesOf(file).length;
  }

  *read(file: string, offset = 0): Iterable<Uint8Array> {
    const bytes = this.#bytesOf(file);
    for (let at = offset; at < bytes.length; at += 400) yield bytes.slice(at, at + 400);
  }

  /** Steps of another kind, or to a file that is gone, do nothing. */
  suffer({ kind, lane, payload }: Step): void {
    const names = [...this.#files.keys()].sort();
    const name = names[lane % Math.max(1, names.length)];
    if (name === undefined) return;
    const bytes = this.#bytesOf(name).slice();
    const place = uint16(payload, 0) % (bytes.length + 1);
    const length = uint16(payload, 2);
    switch (kind % damages.length) {
      case 0:
        return this.#write(name, flipped(bytes, place, payload[2] ?? 0));
      case 1:
        return this.#write(name, bytes.slice(0, place));
      case 2:
        return this.#write(name, bytes.fill(0, place, place + length));
      case 3:
        return void this.#files.delete(name);
      case 4:
        return this.#write(name, joined(bytes, payload));
      case 5:
        return this.#write(name, joined(bytes.slice(0, place), bytes.subarray(Math.min(bytes.length, place + length))));
      case 6:
        return this.#swap(name, names[(payload[0] ?? 0) % names.length] ?? name);
      case 7:
        this.isForged = true;
        return this.#write(name, joined(bytes.slice(0, place), encodeRecord(payload[4] ?? 0, payload.subarray(5))));
      case 8:
        this.isForged = true;
        return this.#write(name, withForgedRecord(bytes, payload));
      case 9:
        return void this.#files.set(`${1 + (payload[0] ?? 0)}.journal.${1 + (payload[1] ?? 0)}.log`, payload.slice(2));
    }
  }

  #swap(one: string, other: string): void {
    const [first, second] = [this.#bytesOf(one), this.#bytesOf(other)];
    this.#write(one, second);
    this.#write(other, first);
  }

  #write(name: string, bytes: Uint8Array): void {
    this.#files.set(name, bytes);
  }

  #bytesOf(name: string): Uint8Array {
    const bytes = this.#files.get(name);
    if (bytes === undefined) throw new Error(`${name} does not exist`);
    return bytes;
  }
}

/** By the number of a step's kind. */
export const damages = [
  'a bit flipped',
  'cut off',
  'zeroed',
  'removed',
  'longer',
  'a part missing',
  'swapped with another',
  'a record of anything at its end',
  'a record changed, and its checksum put right',
  'a file that was never there',
] as const;

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}

function flipped(bytes: Uint8Array, place: number, bit: number): Uint8Array {
  bytes[place] = (bytes[place] ?? 0) ^ (1 << (bit & 7));
  return bytes;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}

/** Some record of the file with other bytes in its middle, and a checksum that fits them. */
function withForgedRecord(bytes: Uint8Array, payload: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chosen = payload[0] ?? 0;
  let result = new Uint8Array(0);
  for (let at = 0, ordinal = 0; at + 16 <= bytes.length; ordinal++) {
    const end = at + 16 + view.getUint32(at + 4, true);
    const content = bytes.slice(at + 16, end);
    const place = uint16(payload, 1) % (content.length + 1);
    if (ordinal === chosen % 8) content.set(payload.subarray(3, 3 + content.length - place), place);
    result = joined(result, encodeRecord(ordinal, content));
    at = end;
  }
  return result;
}
