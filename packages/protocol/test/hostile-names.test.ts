/** Names that must not pass, one by one and by the thousand; and that nothing else is refused with them. */
import { describe, expect, test } from 'vitest';
import { checkName, type NameKind } from '../src/index.js';
import {
  blanks,
  likeMerged,
  likeMergedFiles,
  loneSurrogates,
  paths,
  refusedOnceNormal,
  reservedInDisguise,
  reservedNames,
  strayedSelectors,
  unseen,
} from './hostile-names.js';

const kinds: readonly NameKind[] = ['user', 'group', 'file'];

/** Those of `names` that are accepted, as what: none, where all is well. */
function accepted(names: readonly string[], chosen = false): string[] {
  const passes = (kind: NameKind, name: string) => checkName(kind, name, chosen).ok;
  return names.flatMap((name) => kinds.filter((kind) => passes(kind, name)).map((kind) => `${kind} ${escaped(name)}`));
}

function escaped(name: string): string {
  return [...name].map((character) => `U+${character.codePointAt(0)?.toString(16)}`).join(' ');
}

const everywhere = (character: string): string[] => [
  character,
  `${character}a`,
  `a${character}`,
  `a${character}b`,
  `a${character}.txt`,
  `a.t${character}xt`,
];

describe('refused, whatever is named', () => {
  test.each([
    ['control, bidirectional, zero-width and other unseen characters', unseen.flatMap(everywhere)],
    ['separators and what Windows forbids', [...'/\\:*?"<>|'].flatMap(everywhere)],
    ['blanks at either end', blanks.flatMap((blank) => [blank, `${blank}a`, `a${blank}`, `${blank}${blank}`])],
    ['reserved names of Windows', reservedInDisguise],
    ['paths', paths],
    ['what NFC makes forbidden', refusedOnceNormal],
    ['selectors that select nothing', strayedSelectors],
    ['lone surrogates', loneSurrogates],
  ])('%s', (_what, names) => {
    expect(names.length).toBeGreaterThan(4);
    expect(accepted(names)).toEqual([]);
    expect(accepted(names, true)).toEqual([]);
  });
});

test('every other character may stand in a name: letters, marks, digits, punctuation, symbols of all scripts', () => {
  const forbidden = new Set([...unseen, ...'/\\:*?"<>|']);
  const isVisible = /[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Co}]/u;
  const refused: string[] = [];
  let count = 0;
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (!isVisible.test(character) || forbidden.has(character)) continue;
    count += 1;
    if (!checkName('user', `a${character}b`, true).ok) refused.push(escaped(character));
  }
  expect(refused).toEqual([]);
  expect(count).toBeGreaterThan(200_000);
});

describe('a selector where it selects', () => {
  test.each([
    '❤\ufe0f',
    '❤\ufe0e',
    '©\ufe0f b',
    '1\ufe0f\u20e3',
    '#\ufe0f\u20e3a',
    '葛\u{e0100}城',
    '葛\u{e01ef}',
    '凞\ufe00',
  ])('%s', (name) => {
    for (const kind of kinds) expect(checkName(kind, name, true)).toEqual({ ok: true, name });
  });
});

test('what merely begins or ends like a reserved name is none', () => {
  const names = reservedNames.flatMap((name) => [`${name}a`, `a${name}`, `${name}_`, `${name}-1.txt`, `a.${name}`]);
  expect(accepted(names)).toHaveLength(names.length * kinds.length);
});

describe('like a merge', () => {
  test('is refused where it is chosen, and found where it is meant', () => {
    const ofAll = accepted(likeMerged, true);
    expect(ofAll).toEqual([]);
    expect(accepted(likeMerged)).toHaveLength(likeMerged.length * kinds.length);
    for (const name of likeMergedFiles) {
      expect(checkName('file', name, true).ok, name).toBe(false);
      expect(checkName('file', name, false).ok, name).toBe(true);
    }
  });
});

describe('composed and decomposed are one name', () => {
  test.each([
    ['Am\u00e9lie', 'Ame\u0301lie'],
    ['\u00c5ngstr\u00f6m', '\u212bngstro\u0308m'],
    ['\ud55c\uae00', '\u1112\u1161\u11ab\u1100\u1173\u11af'],
    ['\u1f82', '\u03b1\u0313\u0300\u0345'],
    ['\u304c', '\u304b\u3099'],
    ['q\u0323\u0307', 'q\u0307\u0323'],
    // The line strikes through what it follows, so it is no separator any more.
    ['a\u226e', 'a<\u0338'],
    ['\u0958'.normalize('NFC'), '\u0958'],
  ])('%s', (composed, decomposed) => {
    expect(composed).not.toBe(decomposed);
    for (const kind of kinds) {
      expect(checkName(kind, decomposed, true)).toEqual({ ok: true, name: composed });
      expect(checkName(kind, composed, true)).toEqual({ ok: true, name: composed });
    }
  });
});

describe('length counts in normal form, and to the last one', () => {
  const long = (kind: NameKind, character: string, count: number) => checkName(kind, character.repeat(count), true).ok;

  test.each([
    ['user', 'a', 64],
    ['group', 'é', 64],
    ['user', '👍', 64],
    ['user', 'e\u0301', 64],
    ['user', '\ufb2c', 21],
    ['file', 'a', 255],
    ['file', 'é', 127],
    ['file', '日', 85],
    ['file', '👍', 63],
    ['file', 'e\u0301', 127],
    ['file', '\ufb2c', 42],
    ['file', 'α\u0313\u0300\u0345', 85],
  ] as const)('%s of %s: %d, and not one more', (kind, character, count) => {
    expect([long(kind, character, count), long(kind, character, count + 1)]).toEqual([true, false]);
  });
});
