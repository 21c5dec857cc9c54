/**
 * Text from elsewhere on somebody's terminal. Names, files and messages come from other people: what could move a cursor
 * or turn the writing direction is shown as its code, so that nobody can forge a line on someone else's screen.
 */

const harmful = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** `text` in one line, with everything that a terminal could obey written as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(harmful, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for text that may have several lines, as the trace of a bug: all but the first are indented. */
export function printableLines(text: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? printable(line) : `    ${printable(line.trimStart())}`))
    .join('\n');
}
