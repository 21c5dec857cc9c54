/** A readable account of what happens, and how long each part takes. */

const LINE_WIDTH = 72;

export class Account {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  say(text: string): void {
    this.#write(`${text}\n`);
  }

  /** Runs a part and says what it was and how long it took. */
  async part<T>(what: string, run: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await run();
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    this.say(`  ${what.padEnd(LINE_WIDTH, ' ')} ${seconds.padStart(6)} s`);
    return result;
  }
}
