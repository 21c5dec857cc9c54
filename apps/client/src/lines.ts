/**
 * Cuts a stream of bytes into lines without ever holding more than one line's bound: what is longer is skipped up to
 * its end and reported. Pulling is the reader's, so a script is read no faster than its commands are answered.
 */
import { MAX_LINE_BYTES } from './limits.js';

export type Line = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const tooLong: Line = { ok: false, message: `a line has at most ${MAX_LINE_BYTES} bytes` };
const notUtf8: Line = { ok: false, message: 'the line is not UTF-8' };
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class LineBuffer {
  private parts: Uint8Array[] = [];
  private length = 0;

  add(part: Uint8Array): void {
    this.length += part.length;
    if (this.length <= MAX_LINE_BYTES) this.parts.push(part);
    else this.parts = [];
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** The line that has been collected; the next one begins. */
  take(): Line {
    const bytes = this.length > MAX_LINE_BYTES ? undefined : Buffer.concat(this.parts);
    this.parts = [];
    this.length = 0;
    return bytes === undefined ? tooLong : decode(bytes);
  }
}

function decode(bytes: Uint8Array): Line {
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  try {
    return { ok: true, text: utf8.decode(bytes.subarray(0, end)) };
  } catch {
    return notUtf8;
  }
}

/** The lines of `input`, ended by LF or CRLF; the last one needs no end. */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const buffer = new LineBuffer();
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      buffer.add(chunk.subarray(start, end));
      yield buffer.take();
      start = end + 1;
    }
    if (start < chunk.length) buffer.add(chunk.subarray(start));
  }
  if (!buffer.isEmpty) yield buffer.take();
}
