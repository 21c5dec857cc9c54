import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableLines } from '../src/index.js';

describe('printable', () => {
  it('leaves nothing that a terminal obeys in what comes from others', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  it('shows what was there, and leaves ordinary text of all scripts as it is', () => {
    expect(printable('x\u001b]0;y\u0007')).toBe('x\\u{1b}]0;y\\u{7}');
    expect(printable('a\u202eb\u2066c\ud800')).toBe('a\\u{202e}b\\u{2066}c\\u{d800}');
    for (const text of ['it’s – “so”', 'журнал 日本語 שלום', '👨‍👩‍👧 ❤️']) expect(printable(text)).toBe(text);
  });
});

describe('printableLines', () => {
  it('indents all lines but the first, so that none can pass for one of ours', () => {
    expect(printableLines('failed: a\nlinked with tracker 2\n    at b\u001b[2J')).toBe(
      'failed: a\n    linked with tracker 2\n    at b\\u{1b}[2J',
    );
  });
});
