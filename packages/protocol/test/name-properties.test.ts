/**
 * What holds of every name that passes, by models of other people's rules: each was written from the system's own
 * documents, and knows nothing of names.ts.
 */
import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkName,
  looksRenamed,
  MAX_FILE_NAME_BYTES,
  MAX_NAME_CODE_POINTS,
  type NameKind,
  renamedTo,
  utf8Length,
} from '../src/index.js';
import { blanks, likeMergedFiles, loneSurrogates, paths, reservedInDisguise, unseen } from './hostile-names.js';

const kind = fc.constantFrom<NameKind>('user', 'group', 'file');

/** What the rules are about, in pieces of which names are put together. */
const troublesome = fc.oneof(
  fc.constantFrom('.', ' ', '~', '2', '~2', '.txt', '/', '\\', ':', 'e\u0301', 'ſ', '\u212a', '\u0338', '한', 'con'),
  fc.constantFrom('👍', '❤\ufe0f', '1\ufe0f\u20e3', '葛\u{e0100}', '\u{e0100}', '\ufe0f', '\u20e3', '葛', '❤'),
  fc.constantFrom(...unseen),
  fc.constantFrom(...blanks),
  fc.constantFrom(...loneSurrogates),
  fc.constantFrom(...paths),
  fc.constantFrom(...reservedInDisguise),
  fc.constantFrom(...likeMergedFiles),
);

/** Strings of all kinds: any code units, ordinary text, a name with something done to it, and names near the bounds. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.array(fc.oneof(troublesome, fc.string({ maxLength: 3 })), { maxLength: 20 }).map((parts) => parts.join('')),
  fc.tuple(fc.string({ maxLength: 5 }), troublesome, fc.string({ maxLength: 5 })).map((parts) => parts.join('')),
  fc
    .tuple(
      fc.constantFrom('a', 'é', '葛\u{e0100}', '❤\ufe0f', '1\ufe0f\u20e3', 'e\u0301', '👍', '.x', 'a.', ' ~'),
      fc.integer({ min: 10, max: 260 }),
      fc.constantFrom('', '.mkv', `.${'x'.repeat(32)}`, `.${'👍'.repeat(32)}`, 'z'),
    )
    .map(([unit, count, end]) => unit.repeat(count) + end),
);

/** Names that pass, in the form they then have. */
const passing = (chosen: boolean) =>
  fc
    .tuple(kind, text)
    .map(([of, candidate]) => ({ of, check: checkName(of, candidate, chosen) }))
    .filter(({ check }) => check.ok)
    .map(({ of, check }) => ({ of, name: check.ok ? check.name : '' }));

/** POSIX.1-2017, 3.170 "Filename" and 3.271 "Pathname Component": not the two special ones, no slash, no null byte. */
function isPosixComponent(name: string): boolean {
  return !['', '.', '..'].includes(name) && !/[/\0]/.test(name) && posix.basename(name) === name;
}

/** https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file, "Naming Conventions". */
function isWindowsComponent(name: string): boolean {
  const units = Array.from({ length: name.length }, (_, index) => name.charCodeAt(index));
  if (units.length === 0 || units.length > 255 || units.some((unit) => unit < 32)) return false;
  if ([...'<>:"/\\|?*'].some((character) => name.includes(character))) return false;
  if (name.endsWith(' ') || name.endsWith('.')) return false;
  const beforeDot = name.split('.')[0]?.trimEnd().toUpperCase() ?? '';
  const devices = ['CON', 'PRN', 'AUX', 'NUL', 'CONIN$', 'CONOUT$'];
  const ports = [...'0123456789¹²³'].flatMap((digit) => [`COM${digit}`, `LPT${digit}`]);
  return ![...devices, ...ports].includes(beforeDot) && win32.parse(name).root === '' && win32.basename(name) === name;
}

/** As HFS+ compares: characters that it ignores are those by which `.git` was once got past git (CVE-2014-9390). */
function isMacComponent(name: string): boolean {
  const ignored = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/;
  return isPosixComponent(name) && !ignored.test(name) && !name.includes(':');
}

describe('a name that passes', () => {
  test('passes again, unchanged, and is in normal form', () => {
    fc.assert(
      fc.property(passing(false), fc.boolean(), ({ of, name }, chosen) => {
        expect(checkName(of, name, false)).toEqual({ ok: true, name });
        expect(name.normalize('NFC')).toBe(name);
        if (chosen && !looksRenamed(of, name)) expect(checkName(of, name, true)).toEqual({ ok: true, name });
      }),
      { numRuns: 2_000 },
    );
  });

  test('is one component of a path on Linux, Windows and macOS, and stays in its directory', () => {
    fc.assert(
      fc.property(passing(false), ({ name }) => {
        expect([isPosixComponent(name), isWindowsComponent(name), isMacComponent(name)]).toEqual([true, true, true]);
        expect(posix.dirname(posix.join('/home/ann', name))).toBe('/home/ann');
        expect(win32.dirname(win32.join('C:\\Users\\ann', name))).toBe('C:\\Users\\ann');
        expect(win32.resolve('C:\\Users\\ann', name)).toBe(`C:\\Users\\ann\\${name}`);
      }),
      { numRuns: 2_000 },
    );
  });

  test('keeps to its length, and is valid UTF-8', () => {
    fc.assert(
      fc.property(passing(false), ({ of, name }) => {
        const bytes = new TextEncoder().encode(name);
        expect(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)).toBe(name);
        expect(utf8Length(name)).toBe(bytes.length);
        if (of === 'file') expect(bytes.length).toBeLessThanOrEqual(MAX_FILE_NAME_BYTES);
        else expect([...name].length).toBeLessThanOrEqual(MAX_NAME_CODE_POINTS);
      }),
      { numRuns: 2_000 },
    );
  });

  test('shows every character of it, but selectors that select', () => {
    const hidden = new Set(unseen);
    fc.assert(
      fc.property(passing(false), ({ name }) => {
        const characters = [...name];
        const unaccounted = characters.filter((character, at) => {
          if (!hidden.has(character)) return false;
          const before = characters[at - 1] ?? '';
          const isKeycap = character === '\ufe0f' && characters[at + 1] === '\u20e3' && /[0-9#]/.test(before);
          return !isKeycap && !/[\p{Extended_Pictographic}\p{Unified_Ideograph}]/u.test(before);
        });
        expect(unaccounted).toEqual([]);
        expect(blanks).not.toContain(characters[0]);
        expect(blanks).not.toContain(characters.at(-1));
      }),
      { numRuns: 2_000 },
    );
  });

  test('has a second bearer that passes too, is no longer, and looks it', () => {
    fc.assert(
      fc.property(passing(true), fc.integer({ min: 2, max: 1_000_000 }), ({ of, name }, ordinal) => {
        const renamed = renamedTo(of, name, ordinal);
        expect(checkName(of, renamed, false)).toEqual({ ok: true, name: renamed });
        expect([looksRenamed(of, name), looksRenamed(of, renamed)]).toEqual([false, true]);
        expect(checkName(of, renamed, true).ok).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('whose bearer was renamed before can be renamed again', () => {
    fc.assert(
      fc.property(passing(false), fc.integer({ min: 2, max: 1_000_000 }), ({ of, name }, ordinal) => {
        const renamed = renamedTo(of, name, ordinal);
        expect(checkName(of, renamed, false)).toEqual({ ok: true, name: renamed });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a name that is cut for its second bearer loses a selector at its end', () => {
  test.each([
    ['user', '1\ufe0f\u20e3'.repeat(21), `${'1\ufe0f\u20e3'.repeat(20)}1~2`],
    ['user', '❤\ufe0f'.repeat(32), `${'❤\ufe0f'.repeat(30)}❤~2`],
    ['user', `a${'葛\u{e0100}'.repeat(31)}a`, `a${'葛\u{e0100}'.repeat(30)}葛~2`],
  ] as const)('%s %s', (of, name, expected) => {
    expect(renamedTo(of, name, 2)).toBe(expected);
  });
});
