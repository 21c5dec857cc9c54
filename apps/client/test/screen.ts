/** As much of a terminal as readline uses, so that a test can look at what a person would see. */
import { Writable } from 'node:stream';

interface Waiter {
  readonly holds: (screen: Screen) => boolean;
  readonly resolve: () => void;
}

export class Screen extends Writable {
  /** Everything that was ever written, control sequences included. */
  written = '';
  private readonly rows: string[][] = [[]];
  private row = 0;
  private column = 0;
  private waiters: Waiter[] = [];

  constructor(readonly columns = 80) {
    super({ decodeStrings: false });
  }

  /** What is to be seen, without blanks at the ends of lines. */
  get text(): string {
    return this.rows.map((cells) => cells.join('').trimEnd()).join('\n');
  }

  /** The text up to the cursor in its line. */
  get atCursor(): string {
    return (this.rows[this.row] ?? []).slice(0, this.column).join('');
  }

  /** Resolves as soon as `holds`. */
  until(holds: (screen: Screen) => boolean): Promise<void> {
    if (holds(this)) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ holds, resolve }));
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    this.written += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what it looks for
    for (const [token] of text.matchAll(/\u001b\[([0-9;]*)([A-Za-z])|[\s\S]/gu)) this.take(token);
    done();
    const met = this.waiters.filter(({ holds }) => holds(this));
    this.waiters = this.waiters.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
  }

  private take(token: string): void {
    if (token === '\r') this.column = 0;
    else if (token === '\n') this.lineFeed();
    else if (token.length > 2 && token.startsWith('\u001b[')) this.control(token.slice(2, -1), token.at(-1) ?? '');
    else this.put(token);
  }

  private lineFeed(): void {
    this.row += 1;
    this.column = 0;
    while (this.rows.length <= this.row) this.rows.push([]);
  }

  private put(character: string): void {
    // As terminals do, the cursor stays behind the last column until something more is written.
    if (this.column === this.columns) this.lineFeed();
    const cells = this.rows[this.row] ?? [];
    while (cells.length < this.column) cells.push(' ');
    cells[this.column] = character;
    this.column += 1;
  }

  private control(parameter: string, command: string): void {
    const count = Number(parameter === '' ? 1 : parameter);
    if (command === 'A') this.row = Math.max(0, this.row - count);
    else if (command === 'C') this.column = Math.min(this.columns, this.column + count);
    else if (command === 'D') this.column = Math.max(0, this.column - count);
    else if (command === 'G') this.column = count - 1;
    else if (command === 'J') {
      this.rows.length = this.row + 1;
      this.rows[this.row]?.splice(this.column);
    } else if (command === 'K') this.rows[this.row]?.splice(this.column);
    else if (command !== 'm') throw new Error(`the test's terminal does not know CSI ${parameter}${command}`);
  }
}
