/** Names: a name that passes is safe everywhere and passes again as it is; so does what a merge makes of it. */
import { posix, win32 } from 'node:path';
import { type Dice, hold, notableText, plainText, type Target } from '@p2p/fuzzing';
import {
  checkName,
  looksRenamed,
  MAX_FILE_NAME_BYTES,
  MAX_NAME_CODE_POINTS,
  type NameKind,
  renamedTo,
} from '../src/index.js';

const kinds: readonly NameKind[] = ['user', 'group', 'file'];

/** One byte for kind and choice, then the text as UTF-16, in which half a character can be written too. */
function generate(dice: Dice): Uint8Array {
  const text = dice.chance(0.3) ? plainText(dice, 70) : notableText(dice);
  const suffix = dice.pick(['', '', '~2', '.txt', '.', ' ', '~99.tar.gz']);
  return new Uint8Array(Buffer.concat([dice.bytes(1), Buffer.from(text + suffix, 'utf16le')]));
}

/** What no name may hold, one unit after the other: a second opinion beside the patterns of names.ts. */
function isHarmful(unit: number): boolean {
  const isControl = unit < 0x20 || (unit >= 0x7f && unit < 0xa0);
  const turns = (unit >= 0x202a && unit <= 0x202e) || (unit >= 0x2066 && unit <= 0x2069) || unit === 0x200e;
  return isControl || turns || unit === 0x2028 || unit === 0x2029 || '/\\:*?"<>|'.includes(String.fromCharCode(unit));
}

function holdSafe(kind: NameKind, name: string): void {
  hold(Buffer.from(name).toString() === name && name.normalize('NFC') === name, 'a name is well-formed, and NFC');
  for (let at = 0; at < name.length; at++) hold(!isHarmful(name.charCodeAt(at)), 'a name holds nothing harmful');
  hold(name.trim() === name && name !== '' && !name.endsWith('.'), 'a name has no edges that are cut off');
  hold(posix.basename(name) === name && win32.basename(name) === name, 'a name is one component of a path');
  hold(win32.resolve('C:\\d', name).startsWith('C:\\d\\'), 'a name stays in its directory');
  if (kind === 'file') hold(Buffer.byteLength(name) <= MAX_FILE_NAME_BYTES, 'a file name fits a file system');
  else hold([...name].length <= MAX_NAME_CODE_POINTS, 'a name fits a line');
}

const names: Target = {
  name: 'names',
  kind: 'decoder',
  executions: 1_000_000,
  maxBytes: 4_000,
  generate,
  run: (input) => {
    const [choice = 0] = input;
    const kind = kinds[choice % kinds.length] as NameKind;
    const isChosen = choice >= 128;
    const text = Buffer.from(input.subarray(1)).toString('utf16le');
    const check = checkName(kind, text, isChosen);
    if (!check.ok) {
      hold(check.reason !== '' && !check.reason.includes('\n'), 'a refused name has a reason');
      return false;
    }
    const { name } = check;
    holdSafe(kind, name);
    const again = checkName(kind, name, isChosen);
    hold(again.ok && again.name === name, 'a name that passes passes again, as it is');
    if (isChosen) hold(!looksRenamed(kind, name), 'no name that is chosen looks like one of a merge');
    const renamed = renamedTo(kind, name, 2 + choice);
    holdSafe(kind, renamed);
    hold(looksRenamed(kind, renamed) && checkName(kind, renamed, false).ok, 'the name that a merge gives is a name');
    return true;
  },
};

export const targets: readonly Target[] = [names];
