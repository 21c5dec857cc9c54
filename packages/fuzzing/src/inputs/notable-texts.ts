/** Texts at which programs go wrong: what looks like something else, can't be seen, is no Unicode, or is very long. */
import type { Dice } from '../dice.js';

const parts = [
  ...'aZ09.~-_ /\\:*?"<>|%$#@!\'`;&()[]{}^=+,\t\n\r\0\u007f\u0085',
  'ann',
  'films',
  'a.mkv',
  '..',
  '~2',
  'con',
  'COM¹',
  'nul.txt',
  'constructor',
  '__proto__',
  'toString',
  '\u00e9',
  'e\u0301',
  '\ufb01',
  '\u0130',
  '\u1100\u1161\u11a8',
  '\u0344',
  '\u{1d160}',
  '\u{1f600}',
  '\u{1f469}\u200d\u{1f680}',
  '\ufe0f',
  '\u200b',
  '\u00ad',
  '\u202e',
  '\u2028',
  '\u3000',
  '\u00a0',
  '\ufeff',
  '\ufff9',
  '\u{e0001}',
  '\ud800',
  '\udc00',
  '\u{10ffff}',
  '[::1]',
  '127.0.0.1',
  ':9909',
  'fingerprint=sha256:',
  'a'.repeat(63),
  'x'.repeat(255),
] as const;

/** Mostly short. */
export function notableText(dice: Dice, maxParts = 6): string {
  let text = '';
  for (let left = dice.size(maxParts + 1); left >= 0; left--) text += dice.pick(parts);
  return dice.chance(1 / 2_000) ? text.repeat(1 + dice.size(20_000)) : text;
}

/** Letters alone: what passes most checks. */
export function plainText(dice: Dice, maxLength: number): string {
  let text = '';
  for (let left = 1 + dice.size(maxLength); left > 0; left--) text += String.fromCharCode(97 + dice.below(26));
  return text;
}
