/**
 * What users, groups and files may be called: the one place that knows. A name that passes is safe as one path
 * component on Linux, macOS and Windows, and looks like what it is. The rules are docs/PROTOCOL.md, "Names".
 */
import { MAX_EXTENSION_CODE_POINTS, MAX_FILE_NAME_BYTES, MAX_NAME_CODE_POINTS } from './limits.js';

export type NameKind = 'user' | 'group' | 'file';

/**
 * Characters that are control codes, turn the writing direction, or can't be seen: whatever Unicode calls a format
 * character or ignorable, and U+1D159, a note without a head.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{1d159}]/u;
/**
 * Variation selectors where they choose a form of the visible character before them: of a pictograph, of a keycap, of
 * an ideograph (as Japanese names need it). Anywhere else they are invisible, and `admin` would have a twin.
 */
const meantSelectors =
  /(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?<=[0-9#])\ufe0f(?=\u20e3)|(?<=\p{Unified_Ideograph})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]/gu;
/** Stands for bytes that a decoder could not read: names that were different would become one. */
const unreadable = /\ufffd/;
const separators = /[/\\:*?"<>|]/;
/** The empty pattern of Braille looks like a space, and is none to Unicode. */
const outerSpace = /^[\p{White_Space}\u2800]|[\p{White_Space}\u2800]$/u;
const reservedOnWindows = /^(con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i;
const renamed = /~[0-9]+$/;

/**
 * A name, or an id in its place, as trackers tell it: whatever it is, no path, no line and no order to a terminal, and
 * no longer than the longest file name ({@link MAX_FILE_NAME_BYTES}). This is not the rule for names: whoever lets a
 * name in has asked {@link checkName}, whose answer depends on the Unicode of the program that runs it, and nobody takes
 * back afterwards what was let in.
 */
export const harmless =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  /^[^\u0000-\u001f\u007f-\u009f/\\:*?"<>|\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]{1,255}$/;

/** Bytes of `text` in UTF-8. Lone surrogates count as the 3 bytes of their replacement. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Splits a file name in front of its last dot; a leading dot starts no extension, nor does one with a sentence after. */
function splitExtension(name: string): [base: string, extension: string] {
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot);
  if (dot <= 0 || [...extension].length > MAX_EXTENSION_CODE_POINTS + 1) return [name, ''];
  return [name.slice(0, dot), extension];
}

function fits(kind: NameKind | 'device', name: string): boolean {
  if (kind === 'file') return utf8Length(name) <= MAX_FILE_NAME_BYTES;
  // A code point takes one or two UTF-16 units: nothing long is ever spread into an array.
  return name.length <= 2 * MAX_NAME_CODE_POINTS && [...name].length <= MAX_NAME_CODE_POINTS;
}

export type NameCheck = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly reason: string };

const bad = (reason: string): NameCheck => ({ ok: false, reason });

/** What can be read and can't be mistaken for something else, in NFC. */
function checkLegible(kind: NameKind | 'device', text: string): NameCheck {
  if (text.length === 0) return bad(`a ${kind} name cannot be empty`);
  // NFC can shorten a text, by less than this factor; what is longer is not worth normalising.
  if (text.length > 4 * MAX_FILE_NAME_BYTES) return bad(`the ${kind} name is too long`);
  if (/\p{Cs}/u.test(text)) return bad(`the ${kind} name is not valid Unicode`);
  const name = text.normalize('NFC');
  if (!fits(kind, name)) {
    const bound = kind === 'file' ? `${MAX_FILE_NAME_BYTES} bytes` : `${MAX_NAME_CODE_POINTS} characters`;
    return bad(`a ${kind} name has at most ${bound}`);
  }
  if (unreadable.test(name)) return bad(`the ${kind} name holds U+FFFD, which stands for what could not be read`);
  if (invisible.test(name.replace(meantSelectors, '')))
    return bad(`a ${kind} name cannot hold control or invisible characters`);
  if (outerSpace.test(name)) return bad(`a ${kind} name cannot begin or end with a space`);
  return { ok: true, name };
}

/**
 * Normalises `text` to NFC and checks it as a name. `chosen` is true where somebody picks the name of something new:
 * then it may not look like a name that a merge made (`alice~2`, `report~2.pdf`).
 */
export function checkName(kind: NameKind, text: string, chosen: boolean): NameCheck {
  const check = checkLegible(kind, text);
  if (!check.ok) return check;
  const { name } = check;
  if (separators.test(name)) return bad(`a ${kind} name cannot hold any of / \\ : * ? " < > |`);
  if (name.endsWith('.')) return bad(`a ${kind} name cannot end with a dot`);
  if (reservedOnWindows.test(name)) return bad(`"${name}" is a reserved name on Windows`);
  if (chosen && looksRenamed(kind, name)) {
    return bad(`a name that ends with ~ and digits is kept for merges`);
  }
  return check;
}

/** The same for what a device calls itself. That is only ever shown, and machines may be called almost anything. */
export function checkDeviceName(text: string): NameCheck {
  return checkLegible('device', text);
}

/** Whether a name has the form that {@link renamedTo} gives, or would have if any extension were one, however long. */
export function looksRenamed(kind: NameKind, name: string): boolean {
  if (kind !== 'file') return renamed.test(name);
  return renamed.test(splitExtension(name)[0]) || renamed.test(name.replace(/(?<=.)\.[^.]*$/s, ''));
}

/** The name that the `ordinal`-th bearer of a taken name gets: `alice~2`, `report~2.pdf`; cut where it would be too long. */
export function renamedTo(kind: NameKind, name: string, ordinal: number): string {
  const [base, extension] = kind === 'file' ? splitExtension(name) : [name, ''];
  const characters = [...base];
  let candidate = `${base}~${ordinal}${extension}`;
  while (!fits(kind, candidate) && characters.length > 1) {
    characters.pop();
    // The cut may be in front of what a selector was meant for. (Every tracker has to cut alike: no table of Unicode.)
    const cut = characters.join('').replace(/[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]+$/u, '');
    candidate = `${cut}~${ordinal}${extension}`;
  }
  return candidate;
}
