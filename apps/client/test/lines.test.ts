import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../src/limits.js';
import { type Line, readLines } from '../src/lines.js';

async function linesOf(...chunks: Uint8Array[]): Promise<Line[]> {
  async function* input() {
    yield* chunks;
  }
  const lines: Line[] = [];
  for await (const line of readLines(input())) lines.push(line);
  return lines;
}

const bytes = (text: string) => Buffer.from(text);
const texts = (lines: Line[]) => lines.map((line) => (line.ok ? line.text : `! ${line.message}`));

describe('readLines', () => {
  it('ends lines by LF or CRLF, the last one by nothing', async () => {
    expect(texts(await linesOf(bytes('a\nb\r\n\nc\rd\ne')))).toEqual(['a', 'b', '', 'c\rd', 'e']);
    expect(texts(await linesOf(bytes('a\n')))).toEqual(['a']);
    expect(texts(await linesOf())).toEqual([]);
  });

  it('gives the same lines however the bytes are cut', async () => {
    const text = fc
      .array(fc.string({ unit: 'grapheme' }).filter((line) => !/[\r\n]/.test(line)))
      .map((l) => `${l.join('\n')}\n`);
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat()), async (whole, cuts) => {
        const all = bytes(whole);
        const places = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length];
        const chunks = places.slice(1).map((end, index) => all.subarray(places[index], end));
        expect(texts(await linesOf(...chunks))).toEqual(whole.slice(0, -1).split('\n'));
      }),
    );
  });

  it('takes a line of the bound and refuses one byte more, in one chunk or many', async () => {
    const longest = 'x'.repeat(MAX_LINE_BYTES);
    const message = `! a line has at most ${MAX_LINE_BYTES} bytes`;
    expect(texts(await linesOf(bytes(`${longest}\nnext`)))).toEqual([longest, 'next']);
    expect(texts(await linesOf(bytes(`${longest}x\nnext`)))).toEqual([message, 'next']);
    expect(texts(await linesOf(bytes(longest), bytes(longest), bytes('x\nnext\n')))).toEqual([message, 'next']);
    expect(texts(await linesOf(bytes(longest), bytes('x')))).toEqual([message]);
  });

  it('says which line is not UTF-8 and goes on', async () => {
    expect(texts(await linesOf(Buffer.from([0x61, 0xff, 0x0a, 0x62])))).toEqual(['! the line is not UTF-8', 'b']);
  });
});
