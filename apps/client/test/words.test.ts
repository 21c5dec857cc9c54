import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutWords, isSkippedLine } from '../src/words.js';

const cut: [line: string, words: string[]][] = [
  ['', []],
  [' \t ', []],
  ['create_group films', ['create_group', 'films']],
  ['  a \t b  ', ['a', 'b']],
  [`'a b' "c d"`, ['a b', 'c d']],
  [`a'b c'"d e"f`, ['ab cd ef']],
  [`''`, ['']],
  [`a "" b`, ['a', '', 'b']],
  ['a\\ b', ['a b']],
  ['\\\\ \\" \\\' \\#', ['\\', '"', "'", '#']],
  [`'a\\b"c'`, ['a\\b"c']],
  ['"a\\"b\\\\c\\$d\\`e"', ['a"b\\c$d`e']],
  ['"a\\nb"', ['a\\nb']],
  ['$HOME ~ * `ls` a|b c;d e&f <g >h (i) {j,k} !l', '$HOME ~ * `ls` a|b c;d e&f <g >h (i) {j,k} !l'.split(' ')],
  ['get #1 a#b', ['get', '#1', 'a#b']],
  ['schön 日本 \u{1f600}', ['schön', '日本', '\u{1f600}']],
  ['a\u00a0b c\rd e\u0000f', ['a\u00a0b', 'c\rd', 'e\u0000f']],
];

const uncut: [line: string, message: string][] = [
  [`login 'al`, 'unbalanced quote'],
  ['login "al', 'unbalanced quote'],
  ['"a\\"', 'unbalanced quote'],
  [`it's`, 'unbalanced quote'],
  ['a\\', 'the line ends in a backslash'],
];

describe('cutWords', () => {
  it.each(cut)('%j', (line, words) => {
    expect(cutWords(line)).toEqual({ ok: true, words });
  });

  it.each(uncut)('%j is an error', (line, message) => {
    expect(cutWords(line)).toEqual({ ok: false, message });
  });

  const singleQuoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const doubleQuoted = (text: string) => `"${text.replace(/[$`"\\]/g, '\\$&')}"`;
  const backslashed = (text: string) => (text === '' ? '""' : text.replace(/[\s\S]/gu, '\\$&'));

  it.each([
    ['single quotes', singleQuoted],
    ['double quotes', doubleQuoted],
    ['backslashes', backslashed],
  ])('gives back any words quoted with %s', (_, quote) => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.constantFrom(' ', '\t', '   '), (words, blank) => {
        expect(cutWords(words.map(quote).join(blank))).toEqual({ ok: true, words });
      }),
    );
  });

  it('drops no character but blanks, quotes and backslashes', () => {
    const ordinary = fc.string({ unit: 'binary' }).map((text) => text.replace(/[ \t'"\\]/g, ''));
    fc.assert(
      fc.property(ordinary, (text) => {
        expect(cutWords(text)).toEqual({ ok: true, words: text === '' ? [] : [text] });
      }),
    );
  });
});

describe('isSkippedLine', () => {
  it.each(['', ' ', '\t', '# a comment', '  # indented'])('skips %j', (line) => {
    expect(isSkippedLine(line)).toBe(true);
  });

  it.each(['help', ' help', 'a # b', `''`])('runs %j', (line) => {
    expect(isSkippedLine(line)).toBe(false);
  });
});
