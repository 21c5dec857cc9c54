/**
 * Inputs that are kept: those that a fault was found with, and some that lead to different places. Each target has a
 * folder of them; what each find was stands in its `finds.md`.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** More would slow down every test run, and a large repository is nobody's friend. */
const MAX_KEPT_BYTES = 64 * 1024;

export interface KeptInput {
  /** Of its file. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export class Corpus {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** In the order of their names: those of their hashes, so that a new one moves no others. */
  inputsOf(target: string): KeptInput[] {
    const folder = join(this.#folder, target);
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.bin')) : [];
    return names.sort().map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
  }

  /** Keeps an input, unless it is too long to be kept. Gives the path of its file. */
  keep(target: string, bytes: Uint8Array): string | undefined {
    if (bytes.length > MAX_KEPT_BYTES) return undefined;
    const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.bin`;
    const path = join(this.#folder, target, name);
    mkdirSync(join(this.#folder, target), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  }

  /** Keeps the input of a find, with a line on what it was. */
  keepFind(target: string, bytes: Uint8Array, fault: string): string | undefined {
    const path = this.keep(target, bytes);
    if (path === undefined) return undefined;
    const line = fault.split('\n', 1)[0] ?? '';
    appendFileSync(join(this.#folder, target, 'finds.md'), `- \`${path.slice(-20)}\`: ${line}\n`);
    return path;
  }
}
