/**
 * How many changes the store has taken, written beside it after each: a store that has fewer has lost its end, which it
 * can't know itself. The number may lag behind, so it is not flushed; it never runs ahead.
 */
import { type FileHandle, open } from 'node:fs/promises';

/** Digits of the number, so that each takes exactly the place of the one before. */
const DIGITS = 15;

export class ChangeCount {
  readonly #file: FileHandle;
  /** What the file held when it was opened; 0 where it held no number. */
  readonly found: number;

  private constructor(file: FileHandle, found: number) {
    this.#file = file;
    this.found = found;
  }

  /** Rejects as the system does. */
  static async open(path: string): Promise<ChangeCount> {
    // For appending, so that it is made where it is missing and not emptied where it is there.
    await (await open(path, 'a', 0o600)).close();
    const file = await open(path, 'r+');
    const text = (await file.readFile('latin1')).trim();
    return new ChangeCount(file, /^[0-9]{1,15}$/.test(text) ? Number(text) : 0);
  }

  async write(count: number): Promise<void> {
    await this.#file.write(`${String(count).padStart(DIGITS, '0')}\n`, 0, 'latin1');
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
