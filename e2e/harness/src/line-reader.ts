/** Lines of a stream as they come, and waiting for the one that is meant. */
import { StringDecoder } from 'node:string_decoder';

interface Waiting {
  readonly fits: (line: string) => boolean;
  readonly found: (line: string) => void;
  readonly failed: (reason: Error) => void;
}

export class LineReader {
  readonly lines: string[] = [];
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #waiting: Waiting[] = [];
  #ended = false;

  push(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const line of parts) this.#take(line);
  }

  end(): void {
    if (this.#rest !== '') this.#take(this.#rest);
    this.#rest = '';
    this.#ended = true;
    for (const { failed } of this.#waiting) failed(new Error('the output ended'));
    this.#waiting = [];
  }

  /** The first line from number `from` on that fits, as soon as there is one. Rejects when the output ends without. */
  find(fits: (line: string) => boolean, from = 0): Promise<string> {
    for (let at = from; at < this.lines.length; at++) {
      const line = this.lines[at] as string;
      if (fits(line)) return Promise.resolve(line);
    }
    if (this.#ended) return Promise.reject(new Error('the output has ended without it'));
    return new Promise((found, failed) => this.#waiting.push({ fits, found, failed }));
  }

  #take(line: string): void {
    this.lines.push(line);
    const due = this.#waiting.filter(({ fits }) => fits(line));
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    for (const { found } of due) found(line);
  }
}
