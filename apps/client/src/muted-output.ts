/** A terminal's output that can be silenced: readline writes what is typed through it, and a password must not show. */
import { Writable } from 'node:stream';

/** What is needed of a terminal; `process.stdout` is one. */
export type TerminalOutput = NodeJS.WritableStream & { readonly columns?: number };

export class MutedOutput extends Writable {
  muted = false;

  constructor(private readonly target: TerminalOutput) {
    super({ decodeStrings: false });
    // readline draws its line anew when the window has another width.
    target.on('resize', () => this.emit('resize'));
  }

  get columns(): number | undefined {
    return this.target.columns;
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    if (!this.muted) this.target.write(chunk);
    done();
  }
}
